/// One thing that crmsync needs of its Redis: what it is called, what is at stake, and how it is checked.
public struct Requirement: Sendable {
    /// The ``Problem/code`` of a Redis that does not meet it.
    public let code: String
    /// What is at stake.
    public let severity: Problem.Severity
    /// What is not met and what to do, or `nil` when all is well, or nothing is known.
    let check: @Sendable (RedisFacts) -> String?

    private init(_ code: String, _ severity: Problem.Severity, _ check: @escaping @Sendable (RedisFacts) -> String?) {
        self.code = code
        self.severity = severity
        self.check = check
    }

    /// What is wrong with a Redis, the most serious first. The first requirement that explains why no event can be
    /// applied names the cause, and the last ones of ``errors`` name what no other explains.
    public static func problems(of facts: RedisFacts) -> [Problem] {
        var problems = [Requirement](errors.dropLast(2)).compactMap { $0.problem(facts) }
        if problems.isEmpty { problems = errors.suffix(2).compactMap { $0.problem(facts) } }
        return problems + warnings.compactMap { $0.problem(facts) }
    }

    /// What could not be checked, because this user may not ask.
    public static func unchecked(_ facts: RedisFacts) -> [String] {
        guard facts.isConnected else { return [] }
        var names: [String] = []
        if facts.info == nil { names.append("INFO is denied: replica, cluster mode and maxmemory-policy") }
        if facts.configuration == nil { names.append("CONFIG GET is denied: save, appendonly and timeout") }
        if facts.rights == nil { names.append("redis.acl_check_cmd is not available: rights of the user") }
        return names
    }

    private func problem(_ facts: RedisFacts) -> Problem? { check(facts).map { Problem(severity, code, $0) } }

    /// What has to be met before any event can be applied.
    public static let errors = [
        Requirement("redis_password", .error) { facts in
            guard let failure = facts.failure else { return nil }
            if failure.contains("without any password configured") {
                return "REDIS_URL holds a password, and this Redis has none for that user: correct REDIS_URL."
            }
            let signs = ["NOAUTH", "WRONGPASS", "invalid password", "unauthenticated"]
            guard signs.contains(where: failure.contains) else { return nil }
            return "Redis refuses the user or password of REDIS_URL, or wants one and REDIS_URL holds none: "
                + "write redis://user:password@host:port/0."
        },
        Requirement("redis_version", .error) { facts in
            let version = facts.info?["redis_version"]
            let isOld = version.flatMap { Int($0.prefix { $0 != "." }) }.map { $0 < 7 } ?? false
            guard isOld || facts.failure?.contains("compiling script") == true else { return nil }
            let name = version.map { "version \($0)" } ?? "older than 7.0"
            return "This Redis is \(name), and the scripts need 7.0: upgrade it to Redis 7.0 or newer."
        },
        Requirement("redis_cluster", .error) { facts in
            let signs = ["CROSSSLOT", "MOVED", "CLUSTERDOWN", "not allowed in cluster mode"]
            let isCluster = signs.contains { facts.failure?.contains($0) == true }
            guard isCluster || facts.info?["cluster_enabled"] == "1" else { return nil }
            return "This is a node of a Redis Cluster, and one event writes keys of several slots: "
                + "use a Redis with cluster-enabled no."
        },
        Requirement("redis_replica", .error) { facts in
            guard facts.failure?.hasPrefix("READONLY") == true || facts.info?["role"] == "slave" else { return nil }
            return "This Redis is a replica, and what is written to a replica is refused or lost: "
                + "set REDIS_URL to the primary, or to the Sentinels."
        },
        Requirement("redis_schema", .error) { facts in Layout(facts.schema).problem },
        Requirement("redis_commands", .error) { facts in
            let missing = facts.rights?.missingForEvents ?? []
            let isDenied = ["NOPERM", "unknown command", "can't run this command"].contains {
                facts.failure?.contains($0) == true
            }
            guard isDenied || !missing.isEmpty else { return nil }
            let what = missing.isEmpty ? "Redis says: \(facts.failure ?? "")" : "missing: \(list(missing))"
            return "The Redis user may not give every command that an event needs, or a command is renamed or disabled "
                + "(\(what)): allow it with ACL SETUSER <user> ~crm_* &crm_task_* +@all, and rename no command."
        },
        Requirement("redis_full", .error) { facts in
            guard facts.failure?.hasPrefix("OOM") == true else { return nil }
            return "Redis has reached its maxmemory: raise it, or let less be kept (TIMELINE_LIMIT, DEDUPE_HOURS, "
                + "RETENTION_DAYS)."
        },
        Requirement("redis_cannot_save", .error) { facts in
            guard facts.failure?.hasPrefix("MISCONF") == true else { return nil }
            return "Redis cannot write its file and refuses changes: free space on its disk, and see its log."
        },
        Requirement("redis_replicas_missing", .error) { facts in
            guard facts.failure?.hasPrefix("NOREPLICAS") == true else { return nil }
            return "Redis has fewer replicas than its min-replicas-to-write asks for: bring the replicas back."
        },
        Requirement("redis_damaged_key", .error) { facts in
            guard let key = facts.damagedKey else { return nil }
            return "The key \(key) belongs to all contacts and is of a wrong type or holds a number that is none, so "
                + "events wait: run crmsync check, and mend or delete the key."
        },
        Requirement("redis_refuses", .error) { facts in
            guard facts.isConnected, let failure = facts.failure else { return nil }
            return "Redis cannot apply events right now: \(failure)"
        },
        Requirement("redis_away", .error) { facts in
            guard !facts.isConnected, let failure = facts.failure else { return nil }
            return "Redis cannot be reached: \(failure). Start it, or correct REDIS_URL."
        },
    ]

    /// What has to be met for every promise to hold.
    public static let warnings = [
        Requirement("redis_channels", .warning) { facts in
            guard let closed = facts.rights?.closedChannels, !closed.isEmpty else { return nil }
            return "Alerts reach nobody: the Redis user may not \(list(closed)). Redis gives a new user no channel: "
                + "ACL SETUSER <user> &crm_task_urgent &crm_task_closed."
        },
        Requirement("redis_further_commands", .warning) { facts in
            guard let missing = facts.rights?.missingElsewhere, !missing.isEmpty else { return nil }
            return "Reading, alerts or erasure will fail: the Redis user may not give \(list(missing)). "
                + "Allow it with ACL SETUSER <user> +@all."
        },
        Requirement("redis_eviction", .warning) { facts in
            let policy = facts.info?["maxmemory_policy"] ?? facts.configuration?["maxmemory-policy"]
            guard let policy, policy != "noeviction" else { return nil }
            return "Redis deletes \(policy.hasPrefix("volatile") ? "marks of applied events" : "contacts") when its "
                + "memory is full (maxmemory-policy \(policy)): CONFIG SET maxmemory-policy noeviction."
        },
        Requirement("redis_persistence", .warning) { facts in
            guard facts.configuration?["appendonly"] == "no", facts.configuration?["save"] == "" else { return nil }
            return "Redis keeps nothing on disk (appendonly no, save \"\"): a restart loses every contact. "
                + "CONFIG SET appendonly yes, and write it into its configuration."
        },
        Requirement("redis_idle_timeout", .warning) { facts in
            guard let seconds = facts.configuration?["timeout"], seconds != "0" else { return nil }
            return "Redis closes connections that are idle for \(seconds) s, and an event that comes then is queued or "
                + "answered 503: CONFIG SET timeout 0."
        },
    ]

    private static func list(_ names: [String]) -> String {
        let maxShown = 8
        let rest = names.count > maxShown ? " and \(names.count - maxShown) more" : ""
        return names.prefix(maxShown).joined(separator: ", ") + rest
    }
}
