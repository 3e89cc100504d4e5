import Text

/// A moment as HTTP writes it: "Sun, 06 Nov 1994 08:49:37 GMT" (IMF-fixdate, RFC 9110 section 5.6.7).
public struct IMFDate: Equatable, Sendable, CustomStringConvertible {
    /// The 29 bytes of the header value.
    public let bytes: [UInt8]

    /// The moment `epochSeconds` after 1970-01-01 00:00 UTC, brought into the years 1 to 9999.
    public init(epochSeconds: Int) {
        let seconds = min(max(epochSeconds, -62_135_596_800), 253_402_300_799)
        let days = (seconds >= 0 ? seconds : seconds - 86_399) / 86_400
        let ofDay = seconds - days * 86_400
        let (year, month, day) = Calendar.date(days: days)
        // 1970-01-01 was a Thursday, the fifth name of our list.
        let weekday = ((days + 4) % 7 + 7) % 7
        var text = Array("Sun, 00 Jan 0000 00:00:00 GMT".utf8)
        text.replaceSubrange(0..<3, with: "SunMonTueWedThuFriSat".utf8.dropFirst(weekday * 3).prefix(3))
        let months = "JanFebMarAprMayJunJulAugSepOctNovDec".utf8
        text.replaceSubrange(8..<11, with: months.dropFirst(month * 3 - 3).prefix(3))
        let numbers = [
            (5, day), (12, year / 100), (14, year % 100), (17, ofDay / 3600), (20, ofDay / 60 % 60), (23, ofDay % 60),
        ]
        for (position, number) in numbers {
            text[position] += UInt8(number / 10)
            text[position + 1] += UInt8(number % 10)
        }
        bytes = text
    }

    /// The header value as text.
    public var description: String { String(decoding: bytes, as: UTF8.self) }
}
