import Store

extension Metrics {
    /// What is known of the clock, and of what is due for removal by age.
    static func age(_ clock: ServiceClock, _ retention: RetentionState) -> String {
        var text = PrometheusText()
        text.family("crmsync_clock_offset_seconds", "gauge", "Seconds that Redis' clock is ahead of this machine's.")
        text.line("crmsync_clock_offset_seconds \(Double(clock.difference) / 1_000)")
        text.family("crmsync_retention_due", "gauge", "Records that are due for removal by age.")
        for kind in RetentionKind.allCases {
            text.sample("crmsync_retention_due", [("kind", kind.rawValue)], retention.plan(of: kind)?.due ?? 0)
        }
        text.family("crmsync_retention_stopped", "gauge", "1 when a person has to allow what is due.")
        for kind in RetentionKind.allCases {
            let isStopped = retention.plan(of: kind)?.isStopped ?? false
            text.sample("crmsync_retention_stopped", [("kind", kind.rawValue)], isStopped ? 1 : 0)
        }
        return text.text
    }
}
