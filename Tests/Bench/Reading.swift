import CRM
import Foundation
import Loop
import TestSupport

/// What reading costs when there is much: past events are imported, then lists, contacts and numbers are read one after
/// the other, and alerts are waited for.
struct Reading {
    private static let token = "token-of-the-bench"
    private static let base = "/make-server-b43c05fb"

    let contacts: Int
    let activities: Int
    private let redis: PrivateRedis
    private let receiver: Receiver
    private let folder: TemporaryFolder
    private var random: SeededRandom

    init(contacts: Int, activities: Int, seed: UInt64) throws {
        self.contacts = contacts
        self.activities = activities
        random = SeededRandom(seed: seed)
        redis = try PrivateRedis { $0.opensPort = true }
        folder = try TemporaryFolder()
        receiver = try Receiver(
            redis: redis.url, settings: ["ADMIN_TOKEN": Self.token, "THREADS": "1", "LOG_LEVEL": "error"])
    }

    mutating func run() throws {
        try fill()
        try latencies()
        try alerts()
    }

    // MARK: Filling

    /// Imports events of the last thirty days with `crmsync import`, and tells how fast that went.
    private mutating func fill() throws {
        let file = folder.file("events.ndjson")
        var traffic = Traffic(customers: contacts, seed: 1)
        try Data().write(to: URL(fileURLWithPath: file))
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: file))
        var text = ""
        for number in 0..<activities {
            let age = Int64(activities - number) * 30 * 86_400_000 / Int64(activities)
            text += traffic.next(aged: age, customer: number < contacts ? number : nil) + "\n"
            if number % 10_000 == 9_999 || number == activities - 1 {
                try handle.write(contentsOf: Data(text.utf8))
                text = ""
            }
        }
        try handle.close()
        let began = Moment.now()
        let (exit, output, errors) = try Program.run(
            ["import", file], environment: ["REDIS_URL": redis.url], within: 1_200)
        guard exit == .code(0) else { throw Failure("the import ended with \(exit): \(errors)") }
        let seconds = Double(Moment.now().since(began)) / 1e9
        let rate = Double(activities) / seconds
        print("### \(contacts) contacts, \(activities) activities\n\n```\n\(output)```\n")
        print("Import: \(Report.text(rate, 0)) events/s, \(Report.text(seconds, 1)) s in all.\n")
        try FileManager.default.removeItem(atPath: file)
    }

    // MARK: Reading

    private mutating func latencies() throws {
        let client = try redis.client()
        let ids = try client.run("ZRANDMEMBER", "crm_index_contacts_recent", "1000").texts
        let deep = try client.run(
            "ZRANGE", "crm_index_contacts_recent", "20000", "20000", "REV", "WITHSCORES"
        ).texts
        let cursor = deep.count == 2 ? "&cursor=c" + Array("\(deep[1]):\(deep[0])".utf8).lowercaseHex : ""
        let customers = (0..<1_000).map { _ in Int.random(in: 0..<contacts, using: &random) }
        let queries: [(String, (Int) -> String)] = [
            ("a contact by email", { "/contacts?email=customer\(customers[$0])@example.com" }),
            ("one contact", { "/contacts/\(ids[$0])" }),
            ("50 entries of a timeline", { "/contacts/\(ids[$0])/timeline" }),
            ("50 recent contacts", { _ in "/contacts" }),
            ("50 contacts 20,000 places deep", { _ in "/contacts?limit=50\(cursor)" }),
            ("50 contacts by status", { _ in "/contacts?status=customer_active" }),
            ("50 tasks with their contacts", { _ in "/tasks?sort=due" }),
            ("statistics of 30 days", { _ in "/stats" }),
        ]
        print("| | p50 ms | p99 ms | bytes |\n|---|--:|--:|--:|")
        for (name, path) in queries {
            let connection = try receiver.connect()
            var times = Latencies()
            var bytes = 0
            for number in 0..<1_000 {
                let began = Moment.now()
                try connection.send(
                    "GET", Self.base + path(number), headers: [("Authorization", "Bearer \(Self.token)")])
                let response = try connection.readResponse()
                times.add(Double(Moment.now().since(began)) / 1e3)
                guard response.status == 200 else { throw Failure("\(path(number)): \(response.text)") }
                bytes = max(bytes, response.body.count)
            }
            let (p50, p99, _) = times.percentiles()
            print("| \(name) | \(Report.text(p50 / 1000, 2)) | \(Report.text(p99 / 1000, 2)) | \(bytes) |")
        }
        print("")
    }

    // MARK: Alerts

    /// From the first byte of the request to the alert's last.
    private func alerts() throws {
        let stream = try receiver.connect()
        try stream.send("GET", Self.base + "/alerts", headers: [("Authorization", "Bearer \(Self.token)")])
        _ = try stream.readResponse(toHead: true)
        let listener = try Listener(redis: redis.url)
        defer { listener.stop() }
        var toStream = Latencies()
        var toTerminal = Latencies()
        let sender = try receiver.connect()
        for number in -20..<500 {
            let mark = "bench-alert-\(number)-"
            let body = """
                {"event_type":"booking.abandoned","customer":{"id":"alert_\(number + 100)"},\
                "event_data":{"booking_id":"\(mark)"}}
                """
            let began = Moment.now()
            try sender.send("POST", Self.base + "/track-event", body: body)
            var text = ""
            while !text.contains(mark) { text += String(decoding: try stream.readChunk(), as: UTF8.self) }
            let heard = Moment.now()
            try listener.wait(for: mark)
            let shown = Moment.now()
            guard try sender.readResponse().status == 200 else { throw Failure("an alert was refused") }
            guard number >= 0 else { continue }
            toStream.add(Double(heard.since(began)) / 1e3)
            toTerminal.add(Double(shown.since(began)) / 1e3)
        }
        print("| from POST to | p50 ms | p99 ms |\n|---|--:|--:|")
        for (name, times) in [("`/alerts`", toStream), ("`crmsync alerts`", toTerminal)] {
            let (p50, p99, _) = times.percentiles()
            print("| \(name) | \(Report.text(p50 / 1000, 2)) | \(Report.text(p99 / 1000, 2)) |")
        }
        print("")
    }

    /// `crmsync alerts` behind a pipe.
    private final class Listener {
        private let process = Process()
        private let pipe = Pipe()
        private var text = Data()

        init(redis: String) throws {
            process.executableURL = URL(fileURLWithPath: try Program.path())
            process.arguments = ["alerts", "--json"]
            process.environment = ["REDIS_URL": redis]
            process.standardOutput = pipe
            try process.run()
        }

        /// Blocks until the output has this word. The first alerts may be there before it listens: it catches up.
        func wait(for word: String) throws {
            let pattern = Data(word.utf8)
            while text.range(of: pattern) == nil {
                let more = pipe.fileHandleForReading.availableData
                guard !more.isEmpty else { throw Failure("crmsync alerts has ended") }
                text += more
            }
            text = Data()
        }

        func stop() { process.terminate() }
    }
}
