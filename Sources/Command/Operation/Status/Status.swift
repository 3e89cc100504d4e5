import CRM
import Service
import Store

/// All that is known about whether events arrive.
struct Status {
    let service: ServiceReport
    /// `nil` where Redis is away.
    let redis: RedisStatus?
    let redisPlace: String
    /// Why Redis is away, when it is.
    let redisTrouble: String
    /// What is in `JOURNAL_DIR`, where that is set and can be read, and the service does not say it.
    let journal: JournalSummary?
    let now: Timestamp
}
