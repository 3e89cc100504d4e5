import Foundation
import TestSupport
import Testing

@testable import Service

/// A clock that is wrong: what is dated by which clock, and what is not removed.
@Suite struct ClockTests {
    private static let year: Int64 = 365 * 86_400_000

    /// A file whose milliseconds a receiver adds to its clock.
    private final class WrongClock {
        private let folder: TemporaryFolder
        var path: String { folder.file("offset") }

        init(_ milliseconds: Int64) throws {
            folder = try TemporaryFolder()
            try set(milliseconds)
        }

        func set(_ milliseconds: Int64) throws {
            try String(milliseconds).write(toFile: path, atomically: true, encoding: .utf8)
        }
    }

    private func offset(_ receiver: Receiver) throws -> Double {
        let lines = try receiver.connect().get("/metrics").text.split(separator: "\n")
        let line = lines.first { $0.hasPrefix("crmsync_clock_offset_seconds ") }
        return line.flatMap { Double($0.split(separator: " ")[1]) } ?? .nan
    }

    private func problems(_ receiver: Receiver) throws -> String { try receiver.connect().get("/readyz").text }

    @Test(
        arguments: [
            (0, 0, 0), (0, 59_999, 0), (0, -59_999, 0), (0, 60_000, 60_000), (0, -60_000, -60_000),
            (60_000, 30_000, 30_000), (60_000, 29_999, 0), (-90_000, -29_999, 0), (90_000, 90_999, 90_000),
            (90_000, 91_000, 91_000), (90_000, -90_000, -90_000),
        ] as [(Int64, Int64, Int64)])
    func `a clock is corrected from a minute on, and left alone below half a minute`(
        before: Int64, difference: Int64, after: Int64
    ) {
        #expect(ServiceClock.correction(before: before, difference: difference) == after)
    }

    @Test(arguments: [year, -year])
    func `events are dated by Redis' clock while this machine's is a year wrong`(wrong: Int64) throws {
        let clock = try WrongClock(wrong)
        let site = try Site(["CRMSYNC_CLOCK_FILE": clock.path])
        try eventually("the difference is known") { abs(try offset(site.receiver)) > 86_400 }
        #expect(try problems(site.receiver).contains("clock_differs"))
        try eventually("it is logged") { site.receiver.log.contains("ERROR Redis' clock is") }
        let id = try site.track(event("customer.login"))
        let contact = try site.contact(id)
        for name in ["last_activity", "created_at"] {
            #expect(abs(milliseconds(contact[name] ?? "") - milliseconds(now())) < 30_000, "\(name)")
        }
        try clock.set(0)
        try eventually("it is over") { try !problems(site.receiver).contains("clock_differs") }
        #expect(try abs(offset(site.receiver)) < 30)
    }

    @Test func `nothing is removed by age while the clocks differ`() throws {
        let clock = try WrongClock(3 * Self.year)
        let site = try Site()
        let young = try (0..<5).map { try site.track(event("page.viewed", customer: ["id": .string("young\($0)")])) }
        let old = try site.track(event("page.viewed", at: clock10, customer: ["id": "old"]))
        let settings = ["RETENTION_DAYS": "30", "SWEEP_SECONDS": "0.05", "CRMSYNC_CLOCK_FILE": clock.path]
        let sweeper = try Receiver(redis: site.redis.url, settings: settings)
        try eventually("the difference is known") { try problems(sweeper).contains("clock_differs") }
        #expect(try site.contact(old)["id"] == old)
        try clock.set(0)
        // That the old one goes now shows that there was somebody who would have removed the young ones.
        try eventually("the clocks agree, and the old one goes") { try site.contact(old).isEmpty }
        for id in young { #expect(try site.contact(id)["id"] == id) }
    }

    private let clock10 = clock("10:00")
}
