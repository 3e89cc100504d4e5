import Foundation
import TestSupport
import Testing

/// Stored times that only a wrong clock can have made: the check finds them, and they become the present time.
@Suite struct FutureTimesTests {
    private let site: Site
    private let id: String
    private let task: String

    init() throws {
        site = try Site()
        id = try site.track(event("booking.abandoned", at: clock("10:00"), data: ["booking_id": "b"]))
        try site.track(event("booking.started", at: clock("10:01"), data: ["booking_id": "b"]))
        task = try #require(try site.tasks(id).first?["id"])
    }

    private func isNow(_ milliseconds: Double) -> Bool {
        abs(milliseconds - ServiceTests.milliseconds(now())) < 60_000
    }

    /// Puts a time ahead into every place that has one.
    private func spoil(ahead seconds: Double) throws {
        let time = now(plus: seconds)
        let score = String(Int64(milliseconds(time)))
        try site.client.run("HSET", "crm_contact_\(id)", "last_activity", time, "created_at", time)
        try site.client.run("ZADD", "crm_index_contacts_recent", score, id)
        try site.client.run("ZADD", "crm_index_status_hot_lead_booking_in_progress", score, id)
        try site.client.run("ZADD", "crm_index_bookings_open", score, id)
        try site.client.run("HSET", "crm_index_funnel_\(id)", "step_at", score, "paid_at", score)
        try site.client.run("ZADD", "crm_index_settled_\(id)", score, "paid:booking_id:x")
        let due = now(plus: seconds + 3_600)
        try site.client.run("HSET", "crm_task_\(task)", "created_at", time, "closed_at", time, "due_at", due)
        try site.client.run("ZADD", "crm_index_tasks_\(id)", score, task)
        try site.client.run("ZADD", "crm_index_tasks_cancelled", score, task)
        let entry = try #require(try site.rawTimeline(id).last)
        try site.client.run("ZREM", "crm_activity_\(id)", entry)
        let later = entry.replacing("\"timestamp\":\"\(clock("10:01"))\"", with: "\"timestamp\":\"\(time)\"")
        #expect(later != entry)
        try site.client.run("ZADD", "crm_activity_\(id)", score, later)
    }

    @Test func `times a year ahead are found and become the present time`() throws {
        try spoil(ahead: 365 * 86_400)
        let found = try CheckRun(site.redis)
        #expect(found.status == 1)
        let places = [
            "crm_contact_\(id)", "crm_index_funnel_\(id)", "crm_task_\(task)", "crm_activity_\(id)",
            "crm_index_settled_\(id)",
        ]
        #expect(Set(found.findings.filter { $0.kind == "future_time" }.map(\.key)) == Set(places))
        #expect(found.findings.allSatisfy { $0.isRepairable })
        #expect(try CheckRun(site.redis, ["--fix"]).status == 0)
        let after = try CheckRun(site.redis)
        #expect(after.status == 0, "\(after.findings)")

        let contact = try site.contact(id)
        for name in ["last_activity", "created_at"] { #expect(isNow(milliseconds(contact[name] ?? "")), "\(name)") }
        for list in [
            "crm_index_contacts_recent", "crm_index_status_hot_lead_booking_in_progress", "crm_index_bookings_open",
        ] {
            #expect(isNow(try #require(try site.scores(list)[id])), "\(list)")
        }
        #expect(isNow(try #require(try site.scores("crm_index_settled_\(id)")["paid:booking_id:x"])))
        let funnel = try site.client.hash("crm_index_funnel_\(id)")
        for name in ["step_at", "paid_at"] { #expect(isNow(Double(funnel[name] ?? "") ?? 0), "\(name)") }
        let fields = try site.client.hash("crm_task_\(task)")
        for name in ["created_at", "closed_at"] { #expect(isNow(milliseconds(fields[name] ?? "")), "\(name)") }
        #expect(isNow(milliseconds(fields["due_at"] ?? "") - 3_600_000))
        let entries = try site.timeline(id)
        #expect(entries.count == 2)
        #expect(isNow(milliseconds(entries.last?["timestamp"]?.string ?? "")))
        #expect(try isNow(#require(site.client.sortedSet("crm_activity_\(id)").last?.score)))
    }

    @Test(arguments: [(240.0, 0), (360.0, 1)])
    func `five minutes ahead are no wrong clock`(ahead: Double, status: Int32) throws {
        try spoil(ahead: ahead)
        #expect(try CheckRun(site.redis).status == status)
    }
}
