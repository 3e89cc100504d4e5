import Redis
import CRM

extension Store {
    /// Tells all the ids and emails of the contacts that a customer's id and email lead to, the old ids too.
    public func names(
        of customer: Customer, _ done: @escaping (Result<(ids: [CustomerID], emails: [Email]), RedisError>) -> Void
    ) {
        let keys = [Keys.customer(customer.id?.text ?? ""), Keys.email(customer.email?.text ?? "")]
        redis.send(["EVAL", Script.names.text, "2"] + keys) { result in
            done(
                result.map { reply in
                    var (ids, emails): ([CustomerID], [Email]) = ([], [])
                    let words = (reply.array ?? []).compactMap(\.text)
                    for index in stride(from: 0, to: words.count - 1, by: 2) {
                        switch words[index] {
                        case "id": CustomerID(words[index + 1]).map { ids.append($0) }
                        default: Email(words[index + 1]).map { emails.append($0) }
                        }
                    }
                    return (ids, emails)
                })
        }
    }
}
