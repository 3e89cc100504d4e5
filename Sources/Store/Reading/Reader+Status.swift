import Redis
import CRM

/// What Redis knows about itself and about how well events arrive.
public struct RedisStatus: Sendable {
    /// The fields of `INFO` by name.
    public var info: [String: String] = [:]
    /// Its clock, and this machine's at the same moment, in epoch milliseconds.
    public var clock: (redis: Int64, here: Int64)?
    /// When the contact that was active last was active.
    public var lastActivity: Timestamp?
    /// Contacts.
    public var contacts: Int64?
    /// Open tasks.
    public var tasksOpen: Int64?
    /// Open urgent tasks whose announcement nobody heard.
    public var tasksUnheard: Int64?
    /// Events of the tracker that are on the timelines that were read, by their numbers, and those that are missing.
    public var numbered: (found: Int64, missing: Int64)?
    /// How many contacts' timelines were read for that.
    public var timelinesRead = 0
    /// What Redis refused to tell, and why; for people.
    public var refusals: [String] = []

    /// A number of `INFO`.
    public func number(_ name: String) -> Int64? { info[name].flatMap { Int64($0) } }
}

extension Reader {
    /// Contacts whose timelines are read for missing numbers: those that were active last.
    public static let maxTimelines = 100
    /// Entries of each that are read.
    static let maxEntries = 50
    /// Bytes of an entry beyond which it is not read.
    static let maxEntryBytes = 16_384
    /// Missing numbers that are counted for one visit: the tracker keeps no more events than that while it waits, so a
    /// larger gap is none of its doing.
    static let maxMissing = 100

    /// Reads what an operator wants to know: some 110 commands of which none takes long. What Redis refuses is left
    /// out.
    public func status(at clock: @escaping () -> Int64, _ completion: @escaping (RedisStatus) -> Void) {
        var status = RedisStatus()
        let commands: [([String], (RedisReply) -> Void)] = [
            (["INFO"], { status.info = RedisFacts.fields(ofInfo: $0.text ?? "") }),
            (
                ["TIME"],
                { reply in
                    let parts = reply.texts.compactMap { Int64($0) }
                    if parts.count == 2 { status.clock = (parts[0] * 1000 + parts[1] / 1000, clock()) }
                }
            ),
            (["ZCARD", Keys.recent], { status.contacts = $0.count }),
            (["ZCARD", Keys.tasksOpen], { status.tasksOpen = $0.count }),
            (["ZCARD", Keys.tasksUnheard], { status.tasksUnheard = $0.count }),
        ]
        send(commands, { status.refusals.append($0) }) { [self] in
            let newest = ["ZRANGE", Keys.recent, "0", String(Self.maxTimelines - 1), "REV", "WITHSCORES"]
            var contacts: [Ranked] = []
            send(
                [
                    (
                        newest,
                        {
                            contacts = Ranked.list($0)
                            status.numbered = (0, 0)
                        }
                    )
                ], { status.refusals.append($0) }
            ) { [self] in
                status.lastActivity = contacts.first.map { Timestamp(clamping: $0.count) }
                countMissing(contacts[...], status, completion)
            }
        }
    }

    /// One timeline after the other, so that events of the service come in between.
    private func countMissing(
        _ contacts: ArraySlice<Ranked>, _ status: RedisStatus, _ completion: @escaping (RedisStatus) -> Void
    ) {
        guard let contact = contacts.first else { return completion(status) }
        let words = [
            "EVAL_RO", Script.lost.text, "1", Keys.activity(contact.name), String(Self.maxEntries),
            String(Self.maxEntryBytes), String(Self.maxMissing),
        ]
        redis.send(words) { [self] result in
            var status = status
            switch result {
            case .success(let reply):
                let counts = (reply.array ?? []).map(\.count)
                if counts.count == 2 {
                    let sum = status.numbered ?? (0, 0)
                    status.numbered = (sum.found + counts[0], sum.missing + counts[1])
                    status.timelinesRead += 1
                }
            case .failure(let error):
                status.refusals.append(error.reason)
                return completion(status)
            }
            countMissing(contacts.dropFirst(), status, completion)
        }
    }

    /// Sends commands together, and hands on each reply; a refusal of one does not keep the others back.
    private func send(
        _ commands: [([String], (RedisReply) -> Void)], _ refused: @escaping (String) -> Void,
        _ completion: @escaping () -> Void
    ) {
        var missing = commands.count
        for (words, take) in commands {
            redis.send(words) { result in
                switch result {
                case .success(let reply): take(reply)
                case .failure(let error): refused("\(words[0]): \(error.reason)")
                }
                missing -= 1
                if missing == 0 { completion() }
            }
        }
    }

}
