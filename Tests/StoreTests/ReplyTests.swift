import Testing

@testable import Redis
@testable import Store

/// What Redis answers, read.
@Suite struct ReplyTests {
    private static let whole = Applied.Outcome(
        contactID: "contact_1", isNewContact: true, isConflict: true, isSuperseded: true, taskID: "task_2",
        isUnheard: true)

    @Test(
        arguments: [
            ("applied contact_1", .applied(.init(contactID: "contact_1"))),
            ("applied contact_1 created conflict superseded task=task_2 unheard", .applied(whole)),
            ("duplicate contact_1", .duplicate(contactID: "contact_1", isOther: false)),
            ("duplicate contact_1 other", .duplicate(contactID: "contact_1", isOther: true)),
            ("deferred contact_1", .deferred(contactID: "contact_1")),
            ("dropped contact_1", .dropped(contactID: "contact_1")), ("dropped", .dropped(contactID: nil)),
            ("erased", .erased),
        ] as [(String, Applied)])
    func `each fate of an event is read from the script's words`(reply: String, fate: Applied) {
        #expect(Applied(reply: reply) == fate)
    }

    @Test(arguments: [
        "", " ", "applied", "applie contact_1", "erased contact_1", "OK", "refused contact_1", "deferred",
        "applied contact_1 surprise", "duplicate contact_1 surprise", "dropped contact_1 other",
    ])
    func `a reply that is none of ours is not taken for success`(text: String) {
        #expect(Applied(reply: text) == nil)
    }

    @Test(arguments: [
        "OOM command not allowed when used memory > 'maxmemory'.",
        "READONLY You can't write against a read only replica.",
        "LOADING Redis is loading the dataset in memory", "MISCONF Redis is configured to save RDB snapshots",
        "NOAUTH Authentication required.", "NOPERM this user has no permissions",
        "BUSY Redis is busy running a script.",
        "MASTERDOWN Link with MASTER is down", "CLUSTERDOWN Hash slot not served",
        "NOREPLICAS Not enough good replicas",
        "NOSCRIPT No matching script.", "ERR something else",
    ])
    func `a state of the server is worth another try`(text: String) {
        #expect(RedisError(reply: text) == .unable(SafeText.of(text)))
    }

    @Test(arguments: [
        "WRONGTYPE Operation against a key holding the wrong kind of value",
        "DAMAGED crm_stats_2026-11-23 events is not a number",
        "ERR user_script:10: WRONGTYPE Operation against a key",
    ])
    func `damaged data is not worth another try`(text: String) {
        #expect(RedisError(reply: text) == .refused(SafeText.of(text)))
    }
}
