import Text
import Redis
import CRM

extension Store {
    /// Finds out whether Redis would apply an event now: runs the script of events under this user's rights and has it
    /// return before it reads or writes anything. Redis refuses it for the same reasons as an event.
    ///
    /// - Parameter done: takes what Redis answers, `nil` when it would apply an event; a failure when the connection is
    ///   lost.
    public func probe(_ done: @escaping (Result<RedisError?, RedisError>) -> Void) {
        let keys = ["\(Keys.eventPrefix)", Keys.customer(""), Keys.email(""), "\(Keys.statsPrefix)"]
        redis.send(["EVALSHA", script.id, "4"] + keys) { [self] result in
            guard case .failure(.unable(let reply)) = result, reply.hasPrefix("NOSCRIPT") else {
                return done(Self.probeFailure(result))
            }
            redis.send(["EVAL", script.text, "4"] + keys) { done(Self.probeFailure($0)) }
        }
    }

    private static func probeFailure(_ result: Result<RedisReply, RedisError>) -> Result<RedisError?, RedisError> {
        switch result {
        case .success(.text("ready")): .success(nil)
        case .success: .success(.refused("the script gave no answer that this version understands"))
        case .failure(.disconnected): .failure(.disconnected)
        case .failure(.uncertain): .failure(.uncertain)
        case .failure(let error): .success(error)
        }
    }

    /// The id of the database and the version of its layout, from `crm_meta`; `nil` where they are not there.
    public func identity(_ done: @escaping (Result<(database: String?, schema: String?), RedisError>) -> Void) {
        redis.send(["HMGET", Keys.meta, "database", "schema"]) { done($0.map(Self.identity)) }
    }

    /// Gives the database an id, unless it has one, and returns the one that it has.
    public func identify(
        as id: String, _ done: @escaping (Result<(database: String?, schema: String?), RedisError>) -> Void
    ) {
        redis.send(["EVAL", Script.meta.text, "1", Keys.meta, id, Keys.schema, Self.statuses]) {
            done($0.map(Self.identity))
        }
    }

    /// The lead statuses as data, for readers of `crm_meta`.
    private static let statuses: String = {
        var json: [UInt8] = []
        for status in LeadStatus.allCases {
            json.appendJSON(raw: json.isEmpty ? "[{\"name\":" : ",{\"name\":")
            json.appendJSON(status.rawValue)
            json.appendJSON(raw: ",\"slug\":")
            json.appendJSON(status.slug)
            json.appendJSON(raw: ",\"set_by\":")
            json.appendJSON(status.setter.rawValue)
            json.appendJSON(raw: "}")
        }
        return String(decoding: json, as: UTF8.self) + "]"
    }()

    private static func identity(_ reply: RedisReply) -> (database: String?, schema: String?) {
        let values = reply.array ?? []
        return (values.first?.text, values.last?.text)
    }

    /// Finds out all that ``Requirement`` asks for; what this user may not ask stays `nil`. Returns nothing when the
    /// connection is lost meanwhile.
    public func examine(at time: Timestamp, _ done: @escaping (RedisFacts?) -> Void) {
        var facts = RedisFacts()
        facts.isConnected = true
        let sections = ["server", "replication", "memory", "cluster"]
        redis.send(["INFO"] + sections) { facts.info = (try? $0.get().text).map(RedisFacts.fields(ofInfo:)) }
        let parameters = ["maxmemory-policy", "save", "appendonly", "timeout"]
        redis.send(["CONFIG", "GET"] + parameters) { result in
            let words = (try? result.get())?.array?.compactMap(\.text)
            facts.configuration = words.map(RedisFacts.parameters)
        }
        redis.send(["EVAL", Script.rights.text, "0"] + Rights.arguments) { result in
            switch result {
            case .success(let reply): facts.rights = reply.text.flatMap(Rights.init(answers:))
            case .failure(.unable(let text)) where text.contains("NOPERM") || text.contains("unknown command"):
                facts.rights = Rights(missingForEvents: ["EVAL"])
            case .failure: break
            }
        }
        identity { result in
            if case .success(let identity) = result { facts.schema = identity.schema }
        }
        damagedKey(at: time) { facts.damagedKey = (try? $0.get()) ?? nil }
        probe { result in
            guard case .success(let failure) = result else { return done(nil) }
            facts.failure = failure?.reason
            done(facts)
        }
    }

    /// The first key of all contacts that is of a foreign type, or counts with what is no number; `nil` where there is
    /// none.
    ///
    /// - Parameter time: of the event in question: days and months have keys of their own.
    public func damagedKey(at time: Timestamp, _ done: @escaping (Result<String?, RedisError>) -> Void) {
        let questions = SharedKeys.questions(at: time)
        var replies: [RedisReply] = []
        var failure: RedisError?
        for words in questions {
            redis.send(words) { result in
                switch result {
                case .success(let reply): replies.append(reply)
                // Not a hash: its type says so.
                case .failure(.refused): replies.append(.null)
                // Keys that this user may not read stay unknown.
                case .failure(.unable(let text)) where text.hasPrefix("NOPERM"): replies.append(.null)
                case .failure(let error):
                    replies.append(.null)
                    failure = failure ?? error
                }
                guard replies.count == questions.count else { return }
                done(failure.map { .failure($0) } ?? .success(SharedKeys.damaged(at: time, in: replies)))
            }
        }
    }
}
