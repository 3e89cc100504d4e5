import Redis
import CRM

/// Reads what the store has written. Every read is a fixed small number of round trips; none walks the key space.
///
/// Completions are called once, on the loop's thread.
public final class Reader {
    /// What a read comes to.
    public typealias Completion<Value> = (Result<Value, RedisError>) -> Void

    /// The largest page.
    public static let maxPage = 200

    let redis: RedisConnection

    /// A reader over the connection of a store.
    public init(_ store: Store) { redis = store.redis }

    /// A direction in a sorted set.
    enum Order: String { case descending = "desc", ascending = "asc" }

    /// One page of the members of a sorted set, in one round trip.
    func page(
        of key: String, _ order: Order = .descending, limit: Int, after cursor: Cursor?,
        scores: (lowest: String, highest: String) = ("-inf", "+inf"), maxBytes: Int? = nil,
        naming member: @escaping (String) -> String = { $0 }, _ completion: @escaping Completion<Page<String>>
    ) {
        let words =
            [
                "EVAL_RO", Script.page.text, "1", key, order.rawValue, String(limit), scores.lowest, scores.highest,
                cursor?.score ?? "", cursor?.member ?? "",
            ] + [maxBytes.map(String.init)].compactMap(\.self)
        redis.send(words) { result in
            completion(
                result.map { reply in
                    let flat = reply.texts
                    let count = min(limit, flat.count / 2)
                    let hasNext = maxBytes == nil ? flat.count / 2 > limit : !flat.count.isMultiple(of: 2)
                    let items = (0..<count).map { flat[2 * $0] }
                    let next = hasNext ? items.last.map { Cursor(score: flat[2 * count - 1], member: member($0)) } : nil
                    return Page(items: items, next: next)
                })
        }
    }

    /// The hashes behind a page of ids. What went away in between is left out.
    func records(
        _ page: Page<String>, at key: @escaping (String) -> String, _ completion: @escaping Completion<Page<StoredHash>>
    ) {
        redis.pipeline(page.items.map { ["HGETALL", key($0)] }) { result in
            completion(result.map { replies in page.map { _ in replies.compactMap(StoredHash.init) } })
        }
    }

}

extension Result where Failure == RedisError {
    /// Goes on with a value, or tells the failure.
    func then<Value>(_ completion: (Result<Value, RedisError>) -> Void, _ next: (Success) -> Void) {
        switch self {
        case .success(let value): next(value)
        case .failure(let error): completion(.failure(error))
        }
    }
}
