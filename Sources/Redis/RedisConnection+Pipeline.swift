extension RedisConnection {
    /// Sends commands together and gives all their replies in order, or the first failure.
    package func pipeline(
        _ commands: [[String]], _ completion: @escaping (Result<[RedisReply], RedisError>) -> Void
    ) {
        guard !commands.isEmpty else { return completion(.success([])) }
        var replies: [RedisReply] = []
        var failure: RedisError?
        for words in commands {
            send(words) { result in
                switch result {
                case .success(let reply): replies.append(reply)
                case .failure(let error):
                    failure = failure ?? error
                    replies.append(.null)
                }
                guard replies.count == commands.count else { return }
                completion(failure.map { .failure($0) } ?? .success(replies))
            }
        }
    }
}
