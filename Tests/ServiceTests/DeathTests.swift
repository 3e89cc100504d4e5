import Foundation
import TestSupport
import Testing

/// The receiver dies at the worst of moments, and so does Redis.
@Suite struct DeathTests {
    private let names = ["ann", "bob", "eve"]

    /// Queues 40 events of three customers while Redis is dead.
    private func queue(_ site: Outage) throws {
        site.redis.killHard()
        for number in 0..<40 { #expect(try site.login(names[number % 3], id: "e\(number)") == 202) }
    }

    private func expectAll(_ site: Outage, sourceLocation: SourceLocation = #_sourceLocation) throws {
        for (index, name) in names.enumerated() {
            let expected = (0..<40).filter { $0 % 3 == index }.map { "e\($0)" }
            let order = try site.applied().filter(expected.contains)
            #expect(order == expected, sourceLocation: sourceLocation)
            #expect(try site.timeline(name).count == expected.count, sourceLocation: sourceLocation)
            #expect(try site.contact(name)["website_visits"] == "\(expected.count)", sourceLocation: sourceLocation)
        }
        let contacts = try site.redis.client().contents().keys("crm_contact_contact_")
        #expect(contacts.count == 3, sourceLocation: sourceLocation)
    }

    @Test(arguments: ["replaying:1", "replaying:20", "replaying:35", "replayed:1", "replayed:2"])
    func `a receiver killed in the middle of its replay goes on after the next start`(place: String) throws {
        let site = try Outage()
        try queue(site)
        site.receiver.killHard()
        try site.redis.start()
        try site.restartReceiver(["CRMSYNC_DIE_AT": place], awaitsReady: false)
        #expect(try site.receiver.waitForExit() == .signal(SIGKILL))
        try site.restartReceiver()
        try site.awaitReplay()
        try expectAll(site)
    }

    @Test func `a receiver killed between writing and syncing has acknowledged nothing of it`() throws {
        let site = try Outage(["THREADS": "1"])
        #expect(try site.receiver.stop() == .code(0))
        site.redis.killHard()
        // Each event is synced alone; the disk may have been tried among them.
        try site.restartReceiver(["CRMSYNC_DIE_AT": "written:4"])
        var acknowledged = 0
        while (try? site.login("ann", id: "e\(acknowledged)")) == 202 { acknowledged += 1 }
        #expect(try site.receiver.waitForExit() == .signal(SIGKILL))
        #expect((1...3).contains(acknowledged))
        try site.restartReceiver()
        // The sender had no answer and tries again; the event is in the journal by now, or not.
        #expect(try site.login("ann", id: "e\(acknowledged)") == 202)
        try site.redis.start()
        try site.awaitReplay()
        #expect(try site.applied() == (0...acknowledged).map { "e\($0)" })
        #expect(try site.contact("ann")["website_visits"] == String(acknowledged + 1))
    }

    @Test(arguments: [true, false])
    func `an event of which a killed Redis has half in its file counts once`(mends: Bool) throws {
        let site = try Outage(["THREADS": "1"]) { $0.mendsFile = mends }
        // The deadline passes, so the event goes to the disk, and then Redis takes it from the socket all the same.
        site.redis.freeze()
        #expect(try site.login("ann", id: "e1") == 202)
        site.receiver.killHard()
        site.redis.thaw()
        let client = try site.redis.client()
        try eventually("Redis has it") { try client.run("EXISTS", "crm_event_e1") == .integer(1) }
        site.redis.killHard()
        // Into the transaction that has the event.
        try site.redis.tearFile(after: "crm_event_e1")
        try site.redis.start()
        #expect(try site.redis.client().contents().values.isEmpty)
        try site.restartReceiver()
        try site.awaitReplay()
        site.redis.killHard()
        try site.redis.start()
        try site.awaitRedis()
        #expect(try site.timeline("ann").count == 1)
        #expect(try site.contact("ann")["website_visits"] == "1")
        #expect(try site.redis.client().contents().keys("crm_contact_contact_").count == 1)
        #expect(site.redis.log.contains("MULTI calls can not be nested") == !mends)
    }
}
