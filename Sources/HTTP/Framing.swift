import Text

/// What the field lines say about the message itself: its length, its host, whether the connection stays.
struct Framing {
    private(set) var contentLength: Int?
    private(set) var host: Range<Int>?
    private(set) var isChunked = false
    private(set) var expectsContinue = false
    private var hasTransferEncoding = false
    private var hasOtherCoding = false
    private var hasOtherExpectation = false
    private var close = false
    private var keepAlive = false

    /// Takes note of one field line. The length of its name says whether it can be one of ours.
    mutating func note(_ line: FieldLine, _ bytes: Span<UInt8>) throws(RequestError) {
        switch line.name.count {
        case 4 where bytes.spells("host", in: line.name):
            // RFC 9112 section 3.2: two Hosts, even equal ones, are refused.
            guard host == nil else { throw .repeatedHost }
            guard Host.isValid(bytes, line.value) else { throw .invalidHost }
            host = line.value
        case 6 where bytes.spells("expect", in: line.name):
            if bytes.spells("100-continue", in: line.value) {
                expectsContinue = true
            } else {
                hasOtherExpectation = true
            }
        case 10 where bytes.spells("connection", in: line.name):
            noteConnection(line.value, bytes)
        case 14 where bytes.spells("content-length", in: line.name):
            // RFC 9112 section 6.3 would let equal ones pass. No honest client repeats it, so we do not guess.
            guard contentLength == nil else { throw .repeatedContentLength }
            contentLength = try Self.decimal(bytes, line.value)
        case 17 where bytes.spells("transfer-encoding", in: line.name):
            try noteTransferEncoding(line.value, bytes)
        default: break
        }
    }

    /// Checks what can be known only once all lines are there. Returns whether the connection stays open.
    func concluded(version: Version) throws(RequestError) -> Bool {
        if hasTransferEncoding {
            // RFC 9112 section 6.1: the classic smuggling pair, and a coding that HTTP/1.0 does not know.
            guard contentLength == nil else { throw .ambiguousLength }
            guard version == .http11 else { throw .transferEncodingInOldVersion }
            // Section 6.3: without a final chunked the end of the body is anyone's guess.
            guard isChunked else { throw .invalidTransferEncoding }
            guard !hasOtherCoding else { throw .unsupportedTransferEncoding }
        }
        switch version {
        case .http10:
            // RFC 9110 section 10.1.1: expectations of a 1.0 client are ignored. RFC 9112 section 9.3: it must ask to
            // stay.
            return keepAlive && !close
        case .http11:
            guard host != nil else { throw .missingHost }
            guard !hasOtherExpectation else { throw .expectationFailed }
            return !close
        }
    }

    /// Digits only: no sign, no blank, no list; 18 digits fit into an `Int` whatever they are.
    private static func decimal(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(RequestError) -> Int {
        guard !range.isEmpty else { throw .invalidContentLength }
        var value = 0
        for at in range {
            guard bytes[at].isDigit, value < 100_000_000_000_000_000 else { throw .invalidContentLength }
            value = value * 10 + Int(bytes[at] - UInt8.zero)
        }
        return value
    }

    /// RFC 9112 section 9.6: a list of tokens, in either case; `close` wins.
    private mutating func noteConnection(_ value: Range<Int>, _ bytes: Span<UInt8>) {
        var rest = value
        while let member = Self.nextMember(&rest, bytes) {
            if bytes.spells("close", in: member) { close = true }
            if bytes.spells("keep-alive", in: member) { keepAlive = true }
        }
    }

    /// RFC 9112 section 6.1. Over all lines, `chunked` must come once and last; an empty member is refused here, since
    /// proxies have been seen to disagree about it.
    private mutating func noteTransferEncoding(_ value: Range<Int>, _ bytes: Span<UInt8>) throws(RequestError) {
        hasTransferEncoding = true
        var rest = value
        // An empty value is as bad as one that ends with a comma.
        var endsWithComma = true
        while let member = Self.nextMember(&rest, bytes) {
            guard !member.isEmpty, !isChunked else { throw .invalidTransferEncoding }
            if bytes.spells("chunked", in: member) { isChunked = true } else { hasOtherCoding = true }
            endsWithComma = member.upperBound < value.upperBound && rest.isEmpty
        }
        guard !endsWithComma else { throw .invalidTransferEncoding }
    }

    /// Takes the part up to the next comma off `rest`; nil at the end.
    private static func nextMember(_ rest: inout Range<Int>, _ bytes: Span<UInt8>) -> Range<Int>? {
        guard !rest.isEmpty else { return nil }
        let comma = bytes.firstIndex(of: UInt8.comma, in: rest) ?? rest.upperBound
        let member = bytes.trimmed(rest.lowerBound..<comma)
        rest = min(comma + 1, rest.upperBound)..<rest.upperBound
        return member
    }
}
