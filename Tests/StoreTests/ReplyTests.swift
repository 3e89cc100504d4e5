import Testing

@testable import Store

/// What Redis answers, read.
@Suite struct ReplyTests {
    @Test func `the script's words are read`() throws {
        let applied = try #require(Applied(reply: "applied contact_1 created conflict superseded task=task_2 unheard"))
        #expect(applied.contactID == "contact_1")
        #expect(applied.isNewContact && applied.isConflict && applied.isSuperseded && applied.isUnheard)
        #expect(applied.taskID == "task_2")
        #expect(!applied.isDuplicate && !applied.isStale)
    }

    @Test func `a repeated and a stale event are told from an applied one`() throws {
        #expect(try #require(Applied(reply: "duplicate contact_1")).isDuplicate)
        #expect(try #require(Applied(reply: "stale contact_1")).isStale)
        #expect(try #require(Applied(reply: "stale")).contactID == "")
        let held = try #require(Applied(reply: "held contact_1"))
        #expect(held.isHeld && !held.isStale && held.contactID == "contact_1")
        let plain = try #require(Applied(reply: "applied contact_1"))
        #expect(!plain.isDuplicate && !plain.isStale && plain.taskID == nil)
    }

    @Test func `an event of somebody who was erased has no contact`() throws {
        let applied = try #require(Applied(reply: "erased"))
        #expect(applied.isErased && applied.contactID.isEmpty)
    }

    @Test(arguments: [
        "", " ", "applied", "applie contact_1", "erased contact_1", "OK", "refused contact_1", "held",
        "applied contact_1 surprise",
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
        #expect(StoreError(reply: text) == .unable(SafeText.of(text)))
    }

    @Test(arguments: [
        "WRONGTYPE Operation against a key holding the wrong kind of value",
        "DAMAGED crm_stats_2026-11-23 events is not a number",
        "ERR user_script:10: WRONGTYPE Operation against a key",
    ])
    func `damaged data is not worth another try`(text: String) {
        #expect(StoreError(reply: text) == .refused(SafeText.of(text)))
    }
}
