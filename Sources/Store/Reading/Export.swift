import Redis
import CRM

/// Everything that is kept about one person, read part by part, so that memory does not grow with the timeline.
///
/// What happens while it is read may be in it or not; nothing that was there from the start is left out or repeated.
public final class Export {
    /// A part of it. Lists come in the order of ``List``, each in one part or more.
    public enum Part {
        /// The contact's hash, the website's own ids of the person, and the emails before the present one. It comes
        /// first.
        case contact(StoredHash, customerIDs: [String], formerEmails: [String])
        /// Tasks, the newest first.
        case tasks([StoredHash])
        /// Entries of the timeline, the newest first, each one line of JSON.
        case activities([String])
        /// Cars by views.
        case vehicles([Ranked])
        /// Bookings that were counted.
        case bookings([String])
        /// What is known of bookings, such as `paid:vehicle_id:car_789`, and since when, in epoch milliseconds: at most
        /// 1,000.
        case settled([Ranked])
        /// Where the person stands in the booking funnel. It comes last.
        case funnel(StoredHash)
    }

    /// Tasks that are read together.
    static let maxTasks = 50
    /// Entries of the timeline that are read together.
    static let maxActivities = 100
    /// Bytes of entries after which a page ends; its last entry may go beyond.
    static let maxBytes = 131_072

    private enum Step {
        case contact
        case tasks([String])
        case activities(Cursor?)
        case vehicles
        case bookings(cursor: String)
        case settled
        case funnel
        case end
    }

    private let reader: Reader
    private let id: String
    private var step = Step.contact
    /// Bookings that were given already: SSCAN may give one twice.
    private var given: Set<Int> = []

    /// Everything about the contact of this id.
    public init(_ reader: Reader, of id: String) {
        self.reader = reader
        self.id = id
    }

    /// Reads the next part; `nil` after the last, and at once where there is no such contact.
    public func next(_ completion: @escaping Reader.Completion<Part?>) {
        switch step {
        case .contact: readContact(completion)
        case .tasks(let ids): readTasks(ids, completion)
        case .activities(let cursor): readActivities(after: cursor, completion)
        case .vehicles:
            step = .bookings(cursor: "0")
            let words = ["ZRANGE", Keys.vehicles(of: id), "0", "-1", "REV", "WITHSCORES"]
            reader.redis.send(words) { completion($0.map { .vehicles(Ranked.list($0)) }) }
        case .bookings(let cursor): readBookings(cursor, completion)
        case .settled:
            step = .funnel
            let words = ["ZRANGE", Keys.settled(id), "0", "-1", "REV", "WITHSCORES"]
            reader.redis.send(words) { completion($0.map { .settled(Ranked.list($0)) }) }
        case .funnel:
            step = .end
            reader.redis.send(["HGETALL", Keys.funnel(id)]) { result in
                completion(result.map { .funnel(StoredHash($0) ?? StoredHash(fields: [])) })
            }
        case .end: completion(.success(nil))
        }
    }

    private func readContact(_ completion: @escaping Reader.Completion<Part?>) {
        let commands = [
            ["HGETALL", Keys.contact(id)], ["SMEMBERS", Keys.customers(of: id)], ["SMEMBERS", Keys.emails(of: id)],
            ["ZRANGE", Keys.tasks(of: id), "0", "-1", "REV"],
        ]
        reader.redis.pipeline(commands) { [self] result in
            result.then(completion) { replies in
                guard let contact = StoredHash(replies[0]) else {
                    step = .end
                    return completion(.success(nil))
                }
                step = .tasks(replies[3].texts)
                let ids = Set(replies[1].texts + [contact["customer_id"]].compactMap(\.self)).sorted()
                completion(.success(.contact(contact, customerIDs: ids, formerEmails: replies[2].texts.sorted())))
            }
        }
    }

    private func readTasks(_ ids: [String], _ completion: @escaping Reader.Completion<Part?>) {
        let rest = Array(ids.dropFirst(Self.maxTasks))
        step = rest.isEmpty ? .activities(nil) : .tasks(rest)
        reader.redis.pipeline(ids.prefix(Self.maxTasks).map { ["HGETALL", Keys.task($0)] }) { result in
            completion(result.map { .tasks($0.compactMap(StoredHash.init)) })
        }
    }

    private func readActivities(after cursor: Cursor?, _ completion: @escaping Reader.Completion<Part?>) {
        reader.timelinePage(id, limit: Self.maxActivities, maxBytes: Self.maxBytes, before: cursor) { [self] result in
            result.then(completion) { page in
                step = page.next.map { .activities($0) } ?? .vehicles
                completion(.success(.activities(page.items)))
            }
        }
    }

    private func readBookings(_ cursor: String, _ completion: @escaping Reader.Completion<Part?>) {
        reader.redis.send(["SSCAN", Keys.bookings(of: id), cursor, "COUNT", Scan.pageSize]) { [self] result in
            result.then(completion) { reply in
                let (next, members) = Scan.read(reply, hasScores: false)
                step = next.map { .bookings(cursor: $0) } ?? .settled
                completion(.success(.bookings(members.map(\.member).filter { given.insert($0.hashValue).inserted })))
            }
        }
    }
}
