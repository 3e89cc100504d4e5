import CRM
import Foundation
import Testing

@testable import Store

/// What is said about a Redis that cannot do what crmsync needs.
@Suite struct RequirementTests {
    /// A Redis that has everything.
    private static func sound(_ change: (inout RedisFacts) -> Void = { _ in }) -> RedisFacts {
        var facts = RedisFacts()
        facts.isConnected = true
        facts.rights = Rights()
        facts.info = [
            "redis_version": "7.0.15", "role": "master", "cluster_enabled": "0",
            "maxmemory_policy": "noeviction",
        ]
        facts.configuration = ["maxmemory-policy": "noeviction", "save": "", "appendonly": "yes", "timeout": "0"]
        facts.schema = "1"
        change(&facts)
        return facts
    }

    private static func broken(_ failure: String, isConnected: Bool = true) -> RedisFacts {
        sound {
            $0.failure = failure
            $0.isConnected = isConnected
        }
    }

    private static func info(_ name: String, _ value: String) -> RedisFacts { sound { $0.info?[name] = value } }

    private static func configuration(_ name: String, _ value: String) -> RedisFacts {
        sound { $0.configuration?[name] = value }
    }

    static let cases: [(facts: RedisFacts, code: String, says: String)] = [
        (broken("NOAUTH Authentication required.", isConnected: false), "redis_password", "REDIS_URL"),
        (broken("WRONGPASS invalid username-password pair or user is disabled."), "redis_password", "REDIS_URL"),
        (broken("ERR Protocol error: unauthenticated bulk length", isConnected: false), "redis_password", "REDIS_URL"),
        (
            broken("ERR AUTH <password> called without any password configured for the default user."),
            "redis_password", "has none"
        ),
        (
            broken("ERR Error compiling script (new function): user_script:1: unexpected symbol near '#'"),
            "redis_version", "7.0"
        ),
        (info("redis_version", "6.2.14"), "redis_version", "6.2.14"),
        (info("cluster_enabled", "1"), "redis_cluster", "Cluster"),
        (broken("CROSSSLOT Keys in request don't hash to the same slot"), "redis_cluster", "Cluster"),
        (broken("READONLY You can't write against a read only replica."), "redis_replica", "primary"),
        (info("role", "slave"), "redis_replica", "primary"),
        (broken("NOPERM this user has no permissions to run the 'evalsha' command"), "redis_commands", "'evalsha'"),
        (broken("ERR unknown command 'EVALSHA', with args"), "redis_commands", "'EVALSHA'"),
        (sound { $0.rights?.missingForEvents = ["ZINCRBY", "SET on crm_stats_*"] }, "redis_commands", "ZINCRBY"),
        (broken("OOM command not allowed when used memory > 'maxmemory'."), "redis_full", "maxmemory"),
        (broken("MISCONF Redis is configured to save RDB snapshots"), "redis_cannot_save", "disk"),
        (broken("NOREPLICAS Not enough good replicas to write."), "redis_replicas_missing", "replicas"),
        (sound { $0.damagedKey = "crm_index_contacts_recent" }, "redis_damaged_key", "crm_index_contacts_recent"),
        (broken("LOADING Redis is loading the dataset in memory"), "redis_refuses", "LOADING"),
        (broken("Connection refused", isConnected: false), "redis_away", "Connection refused"),
        (sound { $0.rights?.closedChannels = ["PUBLISH on crm_task_urgent"] }, "redis_channels", "&crm_task_urgent"),
        (sound { $0.rights?.missingElsewhere = ["SCAN"] }, "redis_further_commands", "SCAN"),
        (info("maxmemory_policy", "allkeys-lru"), "redis_eviction", "contacts"),
        (info("maxmemory_policy", "volatile-ttl"), "redis_eviction", "marks"),
        (configuration("appendonly", "no"), "redis_persistence", "appendonly"),
        (configuration("timeout", "300"), "redis_idle_timeout", "300 s"),
        (sound { $0.schema = "2" }, "redis_schema", "Run the newer version"),
        (sound { $0.schema = "0" }, "redis_schema", "crmsync check --fix"),
        (sound { $0.schema = "x" }, "redis_schema", "crmsync check --fix"),
    ]

    @Test(arguments: cases.indices)
    func `each requirement that is not met is one problem that says what to do`(index: Int) {
        let (facts, code, text) = Self.cases[index]
        let problems = Requirement.problems(of: facts)
        #expect(problems.map(\.code) == [code])
        #expect(problems.first?.message.contains(text) == true, "\(problems)")
    }

    @Test func `each requirement has a case here, and a code of its own`() {
        let codes = (Requirement.errors + Requirement.warnings).map(\.code)
        #expect(Set(codes).count == codes.count)
        #expect(Set(codes) == Set(Self.cases.map(\.code)))
    }

    @Test func `a Redis that has everything has no problem`() {
        #expect(Requirement.problems(of: Self.sound()).isEmpty)
        #expect(Requirement.unchecked(Self.sound()).isEmpty)
    }

    @Test func `what may not be asked is no problem, and is named`() {
        let facts = Self.sound {
            $0.info = nil
            $0.configuration = nil
            $0.rights = nil
        }
        #expect(Requirement.problems(of: facts).isEmpty)
        #expect(Requirement.unchecked(facts).count == 3)
    }

    @Test func `the commands of a script are found in its text`() {
        let script = "local a = call('GET', KEYS[1]) try('PUBLISH', x) redis.call('HSET', a) error('DAMAGED') t('x')"
        #expect(Rights.commands(of: script) == ["GET", "PUBLISH", "HSET"])
        #expect(Rights.commandsOfEvents.contains("ZADD") && Rights.commandsOfEvents.contains("EVALSHA"))
        #expect(!Rights.commandsOfEvents.contains("PUBLISH"))
    }

    @Test func `answers about rights are sorted by what they are for`() throws {
        let answers = Rights.questions.map { question in
            switch question.name {
            case "ZADD", "SET on crm_stats_*", "SUBSCRIBE on crm_task_closed": "0"
            case "SCAN": "?"
            default: "1"
            }
        }
        let rights = try #require(Rights(answers: answers.joined()))
        #expect(rights.missingForEvents == ["ZADD", "SET on crm_stats_*"])
        #expect(rights.missingElsewhere == ["SCAN (unknown to this Redis)"])
        #expect(rights.closedChannels == ["SUBSCRIBE on crm_task_closed"])
        #expect(Rights(answers: "") == nil)
    }

    @Test func `INFO is read as names and values`() {
        let text = "# Server\r\nredis_version:7.0.15\r\n\r\n# Replication\r\nrole:master\r\n"
        #expect(RedisFacts.fields(ofInfo: text) == ["redis_version": "7.0.15", "role": "master"])
    }

    @Test func `each key of all contacts that an event writes to is checked`() throws {
        let keys = SharedKeys.all(at: try #require(Timestamp(iso8601: "2024-05-10T10:00:00.000Z"))).map(\.key)
        #expect(Set(keys).count == keys.count)
        // Names in the script that nothing is appended to, and beginnings that a status, day or month is appended to.
        let script = ApplyScript(retention: Retention()).text
        let pieces = script.components(separatedBy: "'").filter { $0.hasPrefix("crm_") }
        for piece in pieces where piece.last != "_" && piece.last != ":" {
            #expect(keys.contains(piece) || piece == "crm_index_nothing", "\(piece)")
        }
        for beginning in ["crm_index_status_", "crm_index_moves_", "crm_index_named_", "crm_index_tasks_open_"] {
            #expect(keys.contains { $0.hasPrefix(beginning) })
        }
    }
}
