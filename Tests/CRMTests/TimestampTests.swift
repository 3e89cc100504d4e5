import Foundation
import TestSupport
import Testing

@testable import CRM
import Text

@Suite struct TimestampTests {
    @Test(arguments: [
        ("2026-11-23T06:20:00Z", "2026-11-23T06:20:00.000Z"), ("2026-11-23t06:20:00z", "2026-11-23T06:20:00.000Z"),
        ("2026-11-23 06:20:00Z", "2026-11-23T06:20:00.000Z"), ("2026-11-23T06:20:00", "2026-11-23T06:20:00.000Z"),
        ("2026-11-23T06:20", "2026-11-23T06:20:00.000Z"), ("2026-11-23T06:20Z", "2026-11-23T06:20:00.000Z"),
        ("2026-11-23", "2026-11-23T00:00:00.000Z"), ("2026-11-23T06:20:00.1Z", "2026-11-23T06:20:00.100Z"),
        ("2026-11-23T06:20:00.12Z", "2026-11-23T06:20:00.120Z"),
        ("2026-11-23T06:20:00.123Z", "2026-11-23T06:20:00.123Z"),
        ("2026-11-23T06:20:00.123999999Z", "2026-11-23T06:20:00.123Z"),
        ("2026-11-23T06:20:00.0009", "2026-11-23T06:20:00.000Z"),
        ("2026-11-23T06:20:00+02:00", "2026-11-23T04:20:00.000Z"),
        ("2026-11-23T06:20:00-0530", "2026-11-23T11:50:00.000Z"),
        ("2026-11-23 06:20:00+02", "2026-11-23T04:20:00.000Z"),
        ("2026-11-23T00:30:00+01:00", "2026-11-22T23:30:00.000Z"),
        ("2026-12-31T23:30:00-01:00", "2027-01-01T00:30:00.000Z"), ("2024-02-29T12:00:00Z", "2024-02-29T12:00:00.000Z"),
        ("2000-02-29", "2000-02-29T00:00:00.000Z"), ("2400-02-29", "2400-02-29T00:00:00.000Z"),
        ("2000-01-01T00:00:00Z", "2000-01-01T00:00:00.000Z"),
        ("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"), ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59.999Z"),
        ("2017-01-01T00:59:60.5+01:00", "2016-12-31T23:59:59.999Z"),
        ("1999-12-31T23:30:00-01:00", "2000-01-01T00:30:00.000Z"),
        (" 2026-11-23\n", "2026-11-23T00:00:00.000Z"), ("1795414800123", "2026-11-23T06:20:00.123Z"),
    ])
    func `the usual forms are read`(_ text: String, _ written: String) {
        #expect(Timestamp(text)?.iso8601 == written)
    }

    @Test(arguments: [
        "", " ", "now", "2026", "2026-11", "2026-11-23T", "2026-11-23T06", "2026-11-23T06:20:", "2026-11-23T06:20:00.",
        "2026-11-23T06:20:00.Z",
        "2026-11-23T06:20:00.1234567890Z", "2026-13-01", "2026-00-01", "2026-01-00", "2026-01-32", "2026-02-29",
        "2100-02-29", "2500-02-29",
        "2026-04-31", "2026-11-23T24:00:00Z", "2026-11-23T06:60:00Z", "2026-11-23T06:20:61Z", "2026-11-23T06:20:60Z",
        "2016-12-31T23:59:60+01:00", "2026-11-23T06:20:00+24:00", "2026-11-23T06:20:00+02:60",
        "2026-11-23T06:20:00+2:00",
        "2026-11-23T06:20:00+02:00Z", "2026-11-23T06:20:00+02:", "2026-11-23T06:20:00Zx", "2026-11-23x06:20:00Z",
        "2026-11-23Z", "2026/11/23", "23.11.2026", "20261123", "26-11-23", "+2026-11-23", "02026-11-23", "2026-1-2",
        "2026-11-23T6:20:00Z",
        "1999-12-31T23:59:59.999Z", "10000-01-01", "0000-01-01", "2000-01-01T00:30:00+01:00",
        "9999-12-31T23:30:00-01:00",
        "２０２６-11-23", "2026-11-23T06:20:00\u{0}", "1795414800", "-1795414800123", "1795414800123x", "1795414800123.",
        "0001795414800123", "99999999999999999999999", "1.7954148e12",
    ])
    func `all else is refused`(_ text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test(arguments: [
        ("1795414800123", "2026-11-23T06:20:00.123Z"), ("1795414800123.75", "2026-11-23T06:20:00.123Z"),
        (#""2026-11-23T06:20:00Z""#, "2026-11-23T06:20:00.000Z"), (#""2026\u002d11-23""#, "2026-11-23T00:00:00.000Z"),
        ("946684800000", "2000-01-01T00:00:00.000Z"), ("253402300799999", "9999-12-31T23:59:59.999Z"),
        ("946684799999", nil), ("253402300800000", nil), ("1795414800", nil), ("1.7954148e12", nil), ("null", nil),
        ("true", nil),
        ("[]", nil), ("{}", nil), ("-1795414800123", nil),
    ])
    func `JSON carries a text or epoch milliseconds`(_ json: String, _ written: String?) throws {
        try withJSON(json) { #expect(Timestamp(json: $0)?.iso8601 == written) }
    }

    @Test func `dates agree with Foundation`() {
        var random = SeededRandom()
        let formatter = ISO8601DateFormatter()
        formatter.formatOptions = [.withInternetDateTime, .withFractionalSeconds]
        for _ in 0..<5_000 {
            let milliseconds = Int64.random(
                in: Timestamp.earliest.milliseconds...Timestamp.latest.milliseconds, using: &random)
            let moment = Timestamp(clamping: milliseconds)
            // Whole seconds, for Foundation calculates in floating point.
            let seconds = milliseconds / 1_000
            let text = formatter.string(from: Date(timeIntervalSince1970: TimeInterval(seconds)))
            #expect(Timestamp(milliseconds: seconds * 1_000)?.iso8601 == text)
            #expect(Timestamp(iso8601: text)?.milliseconds == seconds * 1_000)
            #expect(Timestamp(iso8601: moment.iso8601) == moment)
            #expect(moment.iso8601.hasPrefix(moment.day))
            #expect(moment.day.hasPrefix(moment.month))
        }
    }

    @Test func `every day of four hundred years follows the one before`() {
        var last = Calendar.days(year: 1999, month: 12, day: 31)
        for year in 2000...2399 {
            for month in 1...12 {
                for day in 1...Calendar.daysIn(month: month, year: year) {
                    let days = Calendar.days(year: year, month: month, day: day)
                    guard days == last + 1, Calendar.date(days: days) == (year, month, day) else {
                        Issue.record("\(year)-\(month)-\(day)")
                        return
                    }
                    last = days
                }
            }
        }
        #expect(last - Calendar.days(year: 1999, month: 12, day: 31) == 146_097)
    }

    @Test func `day and month are those of UTC`() throws {
        let moment = try #require(Timestamp("2027-01-01T00:30:00+01:00"))
        #expect(moment.day == "2026-12-31")
        #expect(moment.month == "2026-12")
    }

    @Test func `the first and last millisecond pass and the ones beyond are refused`() {
        #expect(Timestamp(milliseconds: 946_684_800_000) == .earliest)
        #expect(Timestamp(milliseconds: 946_684_799_999) == nil)
        #expect(Timestamp(milliseconds: 253_402_300_799_999) == .latest)
        #expect(Timestamp(milliseconds: 253_402_300_800_000) == nil)
        #expect(Timestamp(clamping: .min) == .earliest)
        #expect(Timestamp(clamping: .max) == .latest)
    }

    @Test func `arithmetic stays within the range`() throws {
        let moment = try #require(Timestamp("2026-11-23T06:20:00Z"))
        #expect(moment.adding(hours: 24).iso8601 == "2026-11-24T06:20:00.000Z")
        #expect(moment.adding(milliseconds: -1).iso8601 == "2026-11-23T06:19:59.999Z")
        #expect(moment.adding(hours: 1).milliseconds(since: moment) == 3_600_000)
        #expect(moment < moment.adding(milliseconds: 1))
        #expect(moment.adding(hours: .max) == .latest)
        #expect(moment.adding(hours: .min) == .earliest)
        #expect(moment.adding(milliseconds: .max) == .latest)
        #expect(moment.adding(milliseconds: .min) == .earliest)
    }
}
