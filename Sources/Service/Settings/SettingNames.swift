extension Settings {
    /// The environment variables that are settings. Nothing else is read: ``Environment`` insists on it.
    public static let names: Set<String> = [
        "ABANDON_AFTER_MINUTES", "ADMIN_TOKEN", "ALERT_REPEAT_SECONDS", "ALLOWED_ORIGINS", "BASE_PATH",
        "BODY_TIMEOUT_SECONDS", "DEDUPE_HOURS", "DEMO", "DRAIN_SECONDS", "HEADER_TIMEOUT_SECONDS", "HOST",
        "IDENTITY_MODE", "IDENTITY_SECRET", "IDLE_TIMEOUT_SECONDS", "JOURNAL_DIR", "JOURNAL_MAX_BYTES", "LOG_CLIENTS",
        "LOG_FORMAT",
        "LOG_LEVEL", "MAX_BODY_BYTES", "MAX_BUFFERED_BYTES", "MAX_CONNECTIONS", "MAX_HEADERS", "MAX_HEADER_BYTES",
        "MAX_IN_FLIGHT", "MAX_LISTENERS", "MAX_REQUEST_LINE_BYTES", "MONEY_EVENTS", "PORT", "RATE_LIMIT",
        "REDIS_TIMEOUT_SECONDS", "REDIS_URL", "RESPECT_GPC", "RETENTION_DAYS", "RETENTION_PER_HOUR",
        "SEND_TIMEOUT_SECONDS", "SERVER_KEYS",
        "SWEEP_SECONDS", "TASK_DAYS", "THREADS", "TIMELINE_LIMIT", "TRUSTED_PROXIES", "WAIT_REPLICAS", "WRITE_KEYS",
    ]

    /// Settings that protect something: an empty value would turn the protection off in silence, as
    /// `WRITE_KEYS=${WRITE_KEYS:-}` does.
    static let protections: Set<String> = [
        "ADMIN_TOKEN", "ALLOWED_ORIGINS", "IDENTITY_MODE", "IDENTITY_SECRET", "MONEY_EVENTS", "RATE_LIMIT",
        "RESPECT_GPC", "SERVER_KEYS", "TRUSTED_PROXIES", "WRITE_KEYS",
    ]
}
