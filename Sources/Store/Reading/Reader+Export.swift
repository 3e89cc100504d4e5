import CRM

/// Everything that is kept about one person.
public struct Dossier {
    /// The contact's hash.
    public let contact: Record
    /// The website's own ids of the person.
    public let customerIDs: [String]
    /// All tasks, newest first.
    public let tasks: [Record]
    /// The whole timeline, newest first, each entry one line of JSON.
    public let timeline: [String]
    /// Cars by views.
    public let vehicles: [Ranked]
    /// Bookings that were counted.
    public let bookings: [String]
    /// Where the person stands in the booking funnel.
    public let funnel: Record
}

extension Reader {
    /// Everything about one person, or `nil`: two round trips, as long as the timeline is.
    public func dossier(_ id: String, _ completion: @escaping Completion<Dossier?>) {
        let commands = [
            ["HGETALL", Keys.contact(id)], ["SMEMBERS", Keys.customers(of: id)],
            ["ZRANGE", Keys.tasks(of: id), "0", "-1", "REV"], ["ZRANGE", Keys.activity(id), "0", "-1", "REV"],
            ["ZRANGE", Keys.vehicles(of: id), "0", "-1", "REV", "WITHSCORES"], ["SMEMBERS", Keys.bookings(of: id)],
            ["HGETALL", Keys.funnel(id)],
        ]
        redis.pipeline(commands) { [self] result in
            result.then(completion) { replies in
                guard let contact = Record(replies[0]) else { return completion(.success(nil)) }
                redis.pipeline(replies[2].texts.map { ["HGETALL", Keys.task($0)] }) { result in
                    completion(
                        result.map { tasks in
                            Dossier(
                                contact: contact,
                                customerIDs: Set(replies[1].texts + [contact["customer_id"]].compactMap(\.self))
                                    .sorted(),
                                tasks: tasks.compactMap(Record.init), timeline: replies[3].texts,
                                vehicles: Ranked.list(replies[4]), bookings: replies[5].texts.sorted(),
                                funnel: Record(replies[6]) ?? Record(fields: []))
                        })
                }
            }
        }
    }
}
