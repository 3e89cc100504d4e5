extension CommandRow {
    static let health = CommandRow(
        name: "health", section: .service, summary: "Asks the service whether it is alive.",
        paragraphs: [
            "Asks /healthz at HOST and PORT and waits up to 2 s. For health checks of containers, whose image needs no "
                + "curl then."
        ],
        statuses: [ExitStatus.done: "The service is alive.", ExitStatus.failed: "It is not, or answers too late."],
        readsRedis: false, readsSettings: false, run: HealthCommand.run)
}

/// `crmsync health`: whether the service is alive.
enum HealthCommand {
    static func run(_ invocation: Invocation) -> Int32 {
        let answer = try? ServiceClient(invocation.environment).get("/healthz")
        return answer?.status == 200 ? ExitStatus.done : ExitStatus.failed
    }
}
