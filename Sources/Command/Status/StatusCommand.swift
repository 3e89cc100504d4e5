import CRM
import Loop
import Service
import Store

/// `crmsync status`: whether events arrive, and if not, why.
///
/// It asks the running service and Redis, and says what it can where one of them is away.
enum StatusCommand {
    static let help = """
        Usage: crmsync status [--json]

        Shows on one screen whether the service takes events, since when not and why; what was refused in the last
        hour; what waits on disk; dead letters; alerts that nobody heard; events that were lost on their way; and the
        memory of Redis. It asks the service at HOST and PORT with ADMIN_TOKEN, and Redis at REDIS_URL, and shows what
        it can while one of them is away. Without ADMIN_TOKEN it cannot tell what was refused.
          --json  one object, for programs

        Exit status: 0 events are taken, 1 they are not, 64 not understood, 78 settings cannot be used.
        NO_COLOR=1 turns colours off.
        """

    /// How long Redis may take to be there, in milliseconds.
    private static let patience: Int64 = 2_000

    /// Runs the command; `nil` when its words are not understood.
    static func run(_ words: [String], _ environment: [String: String]) -> Int32? {
        guard let options = Options(words, flags: ["--json"]), options.rest.isEmpty else { return nil }
        let isJSON = options.has("--json")
        return Session.run(
            environment, patience: patience, unreachable: { show($0, nil, service(of: $0, environment), isJSON) },
            { session in
                session.reader.status(at: { Moment.wallClock() }) { redis in
                    var service = service(of: session, environment)
                    if service.answers { return show(session, redis, service, isJSON) }
                    // Then nobody else says what is wrong with Redis.
                    session.store.examine(at: session.now) { facts in
                        service.problems = facts.map { Requirement.problems(of: $0) } ?? []
                        show(session, redis, service, isJSON)
                    }
                }
            })
    }

    private static func service(of session: Session, _ environment: [String: String]) -> ServiceReport {
        ServiceReport.ask(
            ServiceClient(environment), session.settings,
            session.settings.adminTokenIsRandom ? nil : session.settings.adminToken)
    }

    private static func show(_ session: Session, _ redis: RedisStatus?, _ service: ServiceReport, _ isJSON: Bool) {
        // A service that answers knows its own journal, and reading a long one takes a while.
        let journal = service.facts == nil ? (try? JournalDesk(session.settings))?.summary() : nil
        let status = Status(
            service: service, redis: redis, redisPlace: session.settings.redis.place, redisTrouble: session.trouble,
            journal: journal, now: session.now)
        if isJSON { session.screen.raw(status.json) } else { StatusPage(session.screen).show(status) }
        session.end(service.takesEvents ? 0 : 1)
    }
}
