import Redis
import CRM

/// A name by which a person is known, as the marks of erasures tell them apart.
public struct PersonName: Hashable, Sendable {
    let kind: String
    let value: String

    /// The names that an event carries and that may say whose it is. An email that is not proved may not.
    public static func names(of event: Event) -> [PersonName] {
        let customer = event.customer
        let email = event.emailIdentifies || customer.id == nil ? customer.email : nil
        return [
            customer.id.map { PersonName(kind: "customer", value: $0.text) },
            email.map { PersonName(kind: "email", value: $0.text) },
        ].compactMap(\.self)
    }
}

extension Store {
    /// A number that is another one after each erasure; `nil` while none is remembered.
    public func lastErasure(_ completion: @escaping (Result<Int64?, RedisError>) -> Void) {
        // Each erasure makes the salt live longer, so the moment of its end tells them apart.
        redis.send(["PEXPIRETIME", Keys.erasureSalt]) { result in
            completion(result.map { reply in reply.integer.flatMap { $0 > 0 ? $0 : nil } })
        }
    }

    /// When the persons of these names were erased; `nil` for those who were not. One round trip.
    public func erasures(
        of names: [PersonName], _ completion: @escaping (Result<[Timestamp?], RedisError>) -> Void
    ) {
        guard !names.isEmpty else { return completion(.success([])) }
        let words = ["EVAL_RO", Script.erased.text, "1", Keys.erasureSalt] + names.flatMap { [$0.kind, $0.value] }
        redis.send(words) { result in
            completion(
                result.map { reply in
                    (reply.array ?? []).map { $0.text.flatMap { Int64($0) }.map(Timestamp.init(clamping:)) }
                })
        }
    }

}
