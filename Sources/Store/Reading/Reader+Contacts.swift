import CRM

/// Which contacts, and in which order.
public enum ContactList: Equatable, Sendable {
    /// All, the last active first.
    case recent
    /// Those with revenue, the highest first.
    case revenue
    /// Those in a status, the last to enter it first.
    case status(LeadStatus)

    var key: String {
        switch self {
        case .recent: Keys.recent
        case .revenue: Keys.revenue
        case .status(let status): Keys.status(status.slug)
        }
    }
}

/// One contact and what is known around it.
public struct ContactCard {
    /// The hash.
    public let contact: StoredHash
    /// The newest tasks.
    public let tasks: [StoredHash]
    /// The newest entries of the timeline, each one line of JSON.
    public let activities: [String]
    /// The cars viewed most.
    public let vehicles: [Ranked]
}

extension Reader {
    /// Entries of the timeline on a card.
    static let activitiesOnCard = 20
    /// Tasks on a card.
    static let tasksOnCard = 50

    /// Contacts of a list: two round trips.
    public func contacts(
        _ list: ContactList, limit: Int, after cursor: Cursor?, _ completion: @escaping Completion<Page<StoredHash>>
    ) {
        page(of: list.key, limit: limit, after: cursor) { [self] result in
            result.then(completion) { records($0, at: Keys.contact, completion) }
        }
    }

    /// The contact of an email, if any: two round trips.
    public func contact(email: Email, _ completion: @escaping Completion<StoredHash?>) {
        contact(named: Keys.email(email.text), completion)
    }

    /// The contact of the website's own id, if any: two round trips.
    public func contact(customer: CustomerID, _ completion: @escaping Completion<StoredHash?>) {
        contact(named: Keys.customer(customer.text), completion)
    }

    private func contact(named key: String, _ completion: @escaping Completion<StoredHash?>) {
        redis.send(["GET", key]) { [self] result in
            result.then(completion) { reply in
                guard let id = reply.text else { return completion(.success(nil)) }
                redis.send(["HGETALL", Keys.contact(id)]) { completion($0.map(StoredHash.init)) }
            }
        }
    }

    /// One contact with its tasks and last activities, if it exists: two round trips.
    public func card(_ id: String, _ completion: @escaping Completion<ContactCard?>) {
        let commands = [
            ["HGETALL", Keys.contact(id)],
            ["ZRANGE", Keys.tasks(of: id), "0", String(Self.tasksOnCard - 1), "REV"],
            ["ZRANGE", Keys.activity(id), "0", String(Self.activitiesOnCard - 1), "REV"],
            ["ZRANGE", Keys.vehicles(of: id), "0", "9", "REV", "WITHSCORES"],
        ]
        redis.pipeline(commands) { [self] result in
            result.then(completion) { replies in
                guard let contact = StoredHash(replies[0]) else { return completion(.success(nil)) }
                redis.pipeline(replies[1].texts.map { ["HGETALL", Keys.task($0)] }) { result in
                    completion(
                        result.map { tasks in
                            ContactCard(
                                contact: contact, tasks: tasks.compactMap(StoredHash.init),
                                activities: replies[2].texts,
                                vehicles: Ranked.list(replies[3]))
                        })
                }
            }
        }
    }

    /// A page of a contact's timeline, newest first, each entry one line of JSON; `nil` for a contact that does not
    /// exist. One round trip.
    public func timeline(
        _ id: String, limit: Int, before cursor: Cursor?, _ completion: @escaping Completion<Page<String>?>
    ) {
        var exists = false
        redis.send(["EXISTS", Keys.contact(id)]) { exists = (try? $0.get())?.integer == 1 }
        // An entry begins with its own id, so that much of it is a place among entries of one millisecond.
        page(of: Keys.activity(id), limit: limit, after: cursor, naming: Self.beginning) { result in
            completion(result.map { exists ? $0 : nil })
        }
    }

    /// A page of a contact's timeline, newest first, which ends after `limit` entries or `maxBytes` bytes of them.
    func timelinePage(
        _ id: String, limit: Int, maxBytes: Int, before cursor: Cursor?,
        _ completion: @escaping Completion<Page<String>>
    ) {
        page(
            of: Keys.activity(id), limit: limit, after: cursor, maxBytes: maxBytes, naming: Self.beginning, completion)
    }

    private static func beginning(of entry: String) -> String {
        var commas = 0
        let end = entry.firstIndex { character in
            if character == "," { commas += 1 }
            return commas == 1
        }
        return String(entry[..<(end ?? entry.endIndex)].prefix(Cursor.maxMember))
    }
}
