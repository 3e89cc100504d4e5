import CRM
import Inspection
import Loop
import Service
import Store

extension CommandRow {
    static let status = CommandRow(
        name: "status", section: .service, summary: "Shows whether events arrive, and if not, why.",
        ownOptions: [.json("Prints one JSON object, for programs.")],
        paragraphs: [
            "Shows on one screen whether the service accepts events, since when not and why; what was rejected in the "
                + "last hour; what is queued on disk; dead letters; alerts that nobody heard; events that were lost "
                + "on their way; and the memory of Redis.",
            "Asks the service at HOST and PORT with ADMIN_TOKEN, and Redis at REDIS_URL, and shows what it can while "
                + "one of them is away. Without ADMIN_TOKEN it cannot show what was rejected.",
        ],
        statuses: [
            ExitStatus.done: "Events are accepted, into Redis or onto the disk.",
            ExitStatus.failed: "Events are not accepted.",
        ],
        run: StatusCommand.run)
}

/// `crmsync status`: whether events arrive, and if not, why.
///
/// It asks the running service and Redis, and shows what it can while one of them is away.
enum StatusCommand {
    /// How long Redis may take to be there, in milliseconds.
    private static let timeout: Int64 = 2_000

    static func run(_ invocation: Invocation) -> Int32 {
        let isJSON = invocation.has("--json")
        let environment = invocation.environment
        return Session.run(
            invocation, without: .runs { show($0, nil, service(of: $0, environment), isJSON) }, of: .any,
            timeout: timeout
        ) { session in
            session.reader.status(at: { Moment.wallClock() }) { redis in
                var service = service(of: session, environment)
                if service.answers { return show(session, redis, service, isJSON) }
                // Then nobody else reports what is wrong with Redis.
                session.store.examine(at: session.now) { facts in
                    service.problems = facts.map { Requirement.problems(of: $0) } ?? []
                    show(session, redis, service, isJSON)
                }
            }
        }
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
        if isJSON { session.screen.json(status.json) } else { StatusPage(session.screen).show(status) }
        session.end(service.takesEvents ? ExitStatus.done : ExitStatus.failed)
    }
}
