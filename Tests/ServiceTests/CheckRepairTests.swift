import TestSupport
import Testing

/// A sound database with everything in it, spoiled in one way: the check finds exactly that, repairs it, and nothing
/// else changes.
@Suite struct CheckRepairTests {
    /// One way to spoil a database. Words in braces stand for ids of ``SoundDatabase``; a command is one line, its
    /// words are separated by blanks, and `~` stands for a blank inside a word.
    struct Spoil: Sendable, CustomTestStringConvertible {
        let commands: [String]
        /// Kinds of what is found, with a key each, in any order.
        let finds: [String]
        /// What the repaired database has that the sound one has not.
        var then: [String] = []
        /// Kinds that stay for a person; then the spoiled database is compared, not the sound one.
        var left: [String] = []
        var testDescription: String { commands.joined(separator: "; ") }
    }

    private static func repairs(_ commands: String..., finds: String..., then: String...) -> Spoil {
        Spoil(commands: commands, finds: finds, then: then)
    }

    private static func person(_ commands: String..., finds: String...) -> Spoil {
        Spoil(commands: commands, finds: finds, left: finds)
    }

    static let contacts: [Spoil] = [
        repairs("HSET {bob} id contact_x", finds: "contact_field {bob}"),
        repairs("HDEL {bob} id", finds: "contact_field {bob}"),
        repairs("HDEL {bob} lead_source", finds: "contact_field {bob}"),
        repairs("HSET {bob} lead_source Radio", finds: "contact_field {bob}"),
        repairs("HDEL {bob} website_visits", finds: "contact_field {bob}"),
        person("HSET {bob} website_visits many", finds: "contact_field {bob}"),
        person("HSET {bob} website_visits -1", finds: "contact_field {bob}"),
        person("HDEL {bob} last_action", finds: "contact_field {bob}"),
        repairs("HDEL {cid} total_bookings", finds: "contact_field {cid}"),
        repairs("HSET {cid} total_bookings 0", finds: "booking_count {cid}"),
        person("HSET {cid} total_bookings 1.5", finds: "contact_field {cid}"),
        repairs("HDEL {cid} total_revenue", finds: "contact_field {cid}"),
        repairs("HDEL {bob} total_revenue", finds: "contact_field {bob}"),
        repairs("HSET {cid} total_revenue 50", finds: "contact_field {cid}"),
        repairs("HSET {cid} total_revenue lots", finds: "contact_field {cid}"),
        person("HSET {bob} total_revenue lots", finds: "contact_field {bob}"),
        repairs(
            "HSET {bob} estimated_deal_value 12", finds: "contact_field {bob}",
            then: "HSET {bob} estimated_deal_value 12.00"),
        person("HSET {bob} estimated_deal_value lots", finds: "contact_field {bob}"),
        repairs("HSET {bob} created_at \(year)-05-10T10:09:00Z", finds: "contact_field {bob}"),
        person("HSET {bob} created_at yesterday", finds: "contact_field {bob}"),
        repairs("HDEL {bob} last_activity", finds: "contact_field {bob}"),
        repairs("HSET {bob} last_activity now", finds: "contact_field {bob}"),
        repairs("ZREM crm_index_contacts_recent {bob.id}", finds: "recent_index {bob}"),
        repairs("ZADD crm_index_contacts_recent 5 {bob.id}", finds: "recent_index {bob}"),
        repairs("ZREM crm_index_contacts_revenue {cid.id}", finds: "revenue_index {cid}"),
        repairs("ZADD crm_index_contacts_revenue 7 {cid.id}", finds: "revenue_index {cid}"),
        repairs("ZADD crm_index_contacts_revenue 7 {bob.id}", finds: "revenue_index {bob}"),
        repairs("HSET {bob} lead_status Foo", finds: "lead_status {bob}"),
        repairs("HDEL {bob} lead_status", finds: "lead_status {bob}"),
        repairs("HDEL {bob} lead_status", "ZREM crm_index_status_new_lead {bob.id}", finds: "lead_status {bob}"),
        person(
            "HSET {bob} lead_status Foo", "ZREM crm_index_status_new_lead {bob.id}", finds: "lead_status {bob}"),
        repairs("ZREM crm_index_status_new_lead {bob.id}", finds: "status_index {bob}"),
        repairs("ZADD crm_index_status_customer_active 5 {bob.id}", finds: "status_index {bob}"),
        repairs(
            "HSET {bob} lead_status Customer~-~Active", finds: "status_index {bob}",
            then: "HSET {bob} lead_status Customer~-~Active", "ZREM crm_index_status_new_lead {bob.id}",
            "ZADD crm_index_status_customer_active {10:09} {bob.id}"),
    ]

    static let names: [Spoil] = [
        repairs("DEL crm_contact_email_bob@x.org", finds: "email_index {bob}"),
        repairs(
            "SET crm_contact_email_bob@x.org contact_gone", finds: "email_index {bob}",
            "dangling crm_contact_email_bob@x.org"),
        repairs(
            "SET crm_contact_email_bob@x.org {cid.id}", finds: "email_index {bob}",
            "email_index crm_contact_email_bob@x.org"),
        repairs(
            "HSET {bob} email BOB@x.org", finds: "email_index {bob}", "email_index crm_contact_email_bob@x.org"),
        person(
            "HDEL {bob} email", finds: "contact_field {bob}", "email_index crm_contact_email_bob@x.org"),
        person(
            "HSET {bob} email nonsense", finds: "contact_field {bob}", "email_index crm_contact_email_bob@x.org"),
        repairs("SET crm_contact_email_old@x.org {bob.id}", finds: "email_index crm_contact_email_old@x.org"),
        repairs("SET crm_contact_email_old@x.org contact_gone", finds: "dangling crm_contact_email_old@x.org"),
        repairs("DEL crm_index_customer_u2", finds: "customer_index {ann}"),
        repairs("DEL crm_index_customer_u1", finds: "customer_index crm_index_customers_{ann.id}"),
        repairs("SREM crm_index_customers_{ann.id} u2", finds: "customer_index {ann}"),
        repairs("SREM crm_index_customers_{ann.id} u1", finds: "customer_index crm_index_customer_u1"),
        repairs("HDEL {cid} customer_id", finds: "contact_field {cid}", "customer_index crm_index_customer_c3"),
        repairs("SET crm_index_customer_zz contact_gone", finds: "dangling crm_index_customer_zz"),
        repairs("HSET {cid} customer_id ~", finds: "contact_field {cid}", "customer_index crm_index_customer_c3"),
        Spoil(
            commands: ["SET crm_index_customer_u1 {cid.id}"],
            finds: [
                "customer_index crm_index_customers_{ann.id}", "customer_index crm_index_customer_u1",
            ], then: ["SET crm_index_customer_u1 {cid.id}", "SADD crm_index_customers_{cid.id} c3 u1"],
            left: ["customer_index crm_index_customers_{ann.id}"]),
    ]

    static let bookings: [Spoil] = [
        repairs("ZREM crm_index_bookings_open {ann.id}", finds: "open_booking {ann}"),
        repairs("ZADD crm_index_bookings_open 5 {ann.id}", finds: "open_booking {ann}"),
        repairs("HDEL crm_index_funnel_{ann.id} step_at", finds: "open_booking {ann}"),
        repairs("HSET crm_index_funnel_{ann.id} step_at soon", finds: "open_booking {ann}"),
        repairs("ZADD crm_index_bookings_open 5 {bob.id}", finds: "open_booking {bob}"),
        repairs("HSET crm_index_funnel_{bob.id} step {}", finds: "open_booking {bob}"),
        repairs(
            "ZREM crm_index_bookings_open {ann.id}", "HDEL crm_index_funnel_{ann.id} step_at step",
            finds: "open_booking {ann}", then: "HDEL crm_index_funnel_{ann.id} step"),
        repairs("ZADD crm_index_bookings_leaving 5 {ann.id}", finds: "open_booking {ann}"),
        repairs("HSET crm_index_funnel_{ann.id} leaving_at 5", finds: "open_booking {ann}"),
        repairs(
            "ZADD crm_index_bookings_leaving 5 {bob.id}", "HSET crm_index_funnel_{bob.id} leaving_at 5",
            finds: "open_booking {bob}"),
        repairs(
            "ZADD crm_index_bookings_leaving 5 contact_gone", finds: "dangling crm_index_bookings_leaving"),
        repairs("HDEL crm_index_funnel_{ann.id} task:abandoned_booking:b1", finds: "funnel {urgent}"),
        repairs(
            "HSET crm_index_funnel_{ann.id} task:abandoned_booking:b7 task_gone~5",
            finds: "funnel crm_index_funnel_{ann.id}"),
        repairs(
            "HSET crm_index_funnel_{ann.id} task:abandoned_booking:b1 {urgent.id}~x",
            finds: "funnel crm_index_funnel_{ann.id}", "funnel {urgent}"),
        repairs(
            "HSET crm_index_funnel_{ann.id} completed_at x", finds: "funnel crm_index_funnel_{ann.id}",
            then: "HDEL crm_index_funnel_{ann.id} completed_at"),
        repairs(
            "HSET crm_index_funnel_{ann.id} settled_at x", finds: "funnel crm_index_funnel_{ann.id}",
            then: "HSET crm_index_funnel_{ann.id} settled_at 999999999999999"),
        repairs("SADD crm_index_bookings_contact_gone b", finds: "orphan crm_index_bookings_contact_gone"),
        repairs("HSET crm_index_funnel_contact_gone paid_at 5", finds: "orphan crm_index_funnel_contact_gone"),
    ]

    @Test(arguments: contacts + names + bookings)
    func `what is wrong with a contact is found and repaired`(spoil: Spoil) throws { try check(spoil) }

    static let tasks: [Spoil] = [
        repairs("HDEL {urgent} id", finds: "task_field {urgent}"),
        repairs("HDEL {urgent} title", finds: "task_field {urgent}"),
        repairs("HSET {urgent} priority soon", finds: "task_field {urgent}"),
        repairs("HSET {done} status over", finds: "task_field {done}"),
        person("HDEL {urgent} description", finds: "task_field {urgent}"),
        person("HSET {normal} type call", finds: "task_field {normal}"),
        person("HDEL {done} closed_reason", finds: "task_field {done}"),
        repairs("HDEL {urgent} due_at", finds: "task_field {urgent}"),
        repairs("HSET {urgent} due_at soon", "ZREM crm_index_tasks_open {urgent.id}", finds: "task_field {urgent}"),
        repairs("HDEL {urgent} created_at", finds: "task_field {urgent}"),
        repairs("HDEL {done} closed_at", finds: "task_field {done}"),
        repairs("HSET {urgent} closed_at x", finds: "task_field {urgent}"),
        repairs("HDEL {urgent} unheard", finds: "task_field {urgent}"),
        repairs(
            "HDEL {normal} contact_id", finds: "task_field {normal}", "task_field {normal}"),
        repairs("ZREM crm_index_tasks_open {urgent.id}", finds: "task_index {urgent}"),
        repairs("ZADD crm_index_tasks_open 5 {urgent.id}", finds: "task_index {urgent}"),
        repairs("ZREM crm_index_tasks_open_urgent {urgent.id}", finds: "task_index {urgent}"),
        repairs("ZADD crm_index_tasks_open_high 5 {urgent.id}", finds: "task_index {urgent}"),
        repairs("ZADD crm_index_tasks_done 5 {urgent.id}", finds: "task_index {urgent}"),
        repairs("ZREM crm_index_tasks_done {done.id}", finds: "task_index {done}"),
        repairs("ZREM crm_index_tasks_cancelled {cancelled.id}", finds: "task_index {cancelled}"),
        repairs("ZADD crm_index_tasks_open 5 {done.id}", finds: "task_index {done}"),
        repairs("ZREM crm_index_tasks_{ann.id} {done.id}", finds: "task_index {done}"),
        repairs("ZADD crm_index_tasks_unheard 5 {done.id}", finds: "task_index {done}"),
        repairs("ZADD crm_index_tasks_{bob.id} 5 {done.id}", finds: "dangling crm_index_tasks_{bob.id}"),
        repairs("ZADD crm_index_tasks_open 5 task_gone", finds: "dangling crm_index_tasks_open"),
        repairs("ZADD crm_index_tasks_{bob.id} 5 task_gone", finds: "dangling crm_index_tasks_{bob.id}"),
        repairs("ZADD crm_index_tasks_contact_gone 5 {done.id}", finds: "orphan crm_index_tasks_contact_gone"),
        repairs(
            "DEL {urgent}", finds: "dangling crm_index_tasks_open", "dangling crm_index_tasks_open_urgent",
            "dangling crm_index_tasks_unheard", "dangling crm_index_tasks_{ann.id}", "funnel crm_index_funnel_{ann.id}",
            then: "DEL {urgent}", "ZREM crm_index_tasks_open {urgent.id}",
            "ZREM crm_index_tasks_open_urgent {urgent.id}",
            "ZREM crm_index_tasks_unheard {urgent.id}", "ZREM crm_index_tasks_{ann.id} {urgent.id}",
            "HDEL crm_index_funnel_{ann.id} task:abandoned_booking:b1"),
        repairs(
            "HSET {normal} contact_id contact_gone", finds: "orphan {normal}", "dangling crm_index_tasks_{ann.id}",
            then: "DEL {normal}", "ZREM crm_index_tasks_open {normal.id}",
            "ZREM crm_index_tasks_open_normal {normal.id}", "ZREM crm_index_tasks_{ann.id} {normal.id}"),
        person(
            "COPY {urgent} crm_task_task_2", "HSET crm_task_task_2 id task_2", "HDEL crm_task_task_2 unheard",
            "ZADD crm_index_tasks_open {11:03} task_2", "ZADD crm_index_tasks_open_urgent {11:03} task_2",
            "ZADD crm_index_tasks_{ann.id} {10:03} task_2", finds: "double_task crm_task_task_2"),
    ]

    @Test(arguments: tasks)
    func `what is wrong with a task is found and repaired`(spoil: Spoil) throws { try check(spoil) }

    static let others: [Spoil] = [
        repairs("ZADD crm_activity_{bob.id} 5 garbage", finds: "timeline crm_activity_{bob.id}"),
        repairs("ZADD crm_activity_{bob.id} 5 {entry}", finds: "timeline crm_activity_{bob.id}"),
        person("ZADD crm_activity_{cid.id} {10:09} {entry}", finds: "timeline crm_activity_{cid.id}"),
        person("ZADD crm_activity_{bob.id} 5 {}", finds: "timeline crm_activity_{bob.id}"),
        repairs("ZADD crm_activity_contact_gone 5 x", finds: "orphan crm_activity_contact_gone"),
        repairs("ZADD crm_index_vehicles_contact_gone 5 x", finds: "orphan crm_index_vehicles_contact_gone"),
        repairs("SADD crm_index_customers_contact_gone 5 x", finds: "orphan crm_index_customers_contact_gone"),
        repairs("ZADD crm_index_contacts_recent 5 contact_gone", finds: "dangling crm_index_contacts_recent"),
        repairs(
            "ZADD crm_index_status_new_lead 5 contact_gone", finds: "dangling crm_index_status_new_lead"),
        repairs("PERSIST crm_event_e1", finds: "expiry crm_event_e1"),
        repairs("PERSIST crm_stats_\(year)-05-10", finds: "expiry crm_stats_\(year)-05-10"),
        repairs("PERSIST crm_stats_vehicles_\(year)-05", finds: "expiry crm_stats_vehicles_\(year)-05"),
        repairs("PERSIST crm_stats_locations_\(year)-05", finds: "expiry crm_stats_locations_\(year)-05"),
        repairs("PERSIST crm_index_moves_\(year)-05-10", finds: "expiry crm_index_moves_\(year)-05-10"),
        repairs("PERSIST crm_index_erasure_salt", finds: "expiry crm_index_erasure_salt"),
        repairs("HSET crm_stats_\(year)-05-10 events x", finds: "statistics crm_stats_\(year)-05-10"),
        person("HSET crm_stats_\(year)-05-10 bookings x", finds: "statistics crm_stats_\(year)-05-10"),
        person("HINCRBY crm_stats_\(year)-05-10 events 1", finds: "statistics crm_stats_\(year)-05-10"),
        person("SET crm_contact_foo x", finds: "strange_key crm_contact_foo"),
        person("SET crm_task_foo x", finds: "strange_key crm_task_foo"),
        person("SET crm_activity_foo x", finds: "strange_key crm_activity_foo"),
        person("SET crm_index_tasks_closed x", finds: "strange_key crm_index_tasks_closed"),
        person("SET crm_stats_yesterday x", finds: "strange_key crm_stats_yesterday"),
        person("SET crm_contact_contact_2 x", finds: "wrong_type crm_contact_contact_2"),
        person("DEL crm_event_e1", "RPUSH crm_event_e1 x", finds: "wrong_type crm_event_e1"),
        person(
            "DEL crm_index_contacts_recent", "SET crm_index_contacts_recent x",
            finds: "wrong_type crm_index_contacts_recent"),
        person(
            "DEL crm_index_funnel_{ann.id}", "SET crm_index_funnel_{ann.id} x",
            finds: "wrong_type crm_index_funnel_{ann.id}"),
        repairs(
            "DEL {bob}", finds: "dangling crm_contact_email_bob@x.org", "dangling crm_index_contacts_recent",
            "dangling crm_index_status_new_lead", "orphan crm_activity_{bob.id}",
            then: "DEL {bob} crm_contact_email_bob@x.org crm_activity_{bob.id}",
            "ZREM crm_index_contacts_recent {bob.id}", "ZREM crm_index_status_new_lead {bob.id}"),
        // Somebody else's keys are nobody's business here.
        repairs("SET other x", finds: "", then: "SET other x"),
    ]

    @Test(arguments: others)
    func `what is wrong with anything else is found and repaired`(spoil: Spoil) throws { try check(spoil) }

    private func check(_ spoil: Spoil) throws {
        let base = try SoundDatabase.shared.get()
        let redis = try PrivateRedis()
        let client = try redis.client()
        func apply(_ lines: [String]) throws {
            for line in lines {
                let reply = try client.send(line.split(separator: " ").map { base.word(String($0)) })
                if case .error(let text) = reply { throw Failure("\(line): \(text)") }
            }
        }
        try client.restore(base.contents)
        if !spoil.left.isEmpty, spoil.then.isEmpty { try apply(spoil.commands) }
        try apply(spoil.then)
        let expected = try client.contents()

        try client.restore(base.contents)
        try apply(spoil.commands)
        let spoiled = try client.contents()
        let finds = spoil.finds.filter { !$0.isEmpty }.map(base.line).sorted()
        let left = spoil.left.map(base.line).sorted()

        let told = try CheckRun(redis)
        #expect(told.findings.map { "\($0.kind) \($0.key)" }.sorted() == finds, "\(told.findings)")
        #expect(told.findings.allSatisfy { $0.outcome == "found" })
        #expect(told.status == (finds.isEmpty ? 0 : 1))
        #expect(try client.contents() == spoiled)

        let repaired = try CheckRun(redis, ["--fix"])
        #expect(
            repaired.findings.filter { $0.outcome == "left" }.map { "\($0.kind) \($0.key)" }.sorted() == left,
            "\(repaired.findings)")
        #expect(repaired.status == (left.isEmpty ? 0 : 1))
        #expect(try client.contents() == expected, "\(repaired.findings)")

        let again = try CheckRun(redis)
        #expect(again.findings.map { "\($0.kind) \($0.key)" }.sorted() == left, "\(again.findings)")
    }
}
