import HTTP

/// What a decoder made of some bytes: the requests in order, and how it ended.
struct Reading: Equatable, CustomStringConvertible {
    var requests: [String] = []
    var error: RequestError?
    var phase = RequestDecoder.Phase.idle
    var continues = 0

    var description: String {
        (requests + [error.map { "refused: \($0.code)" } ?? "\(phase)"]).joined(separator: " | ")
    }

    /// Feeds `pieces` one after the other and takes what comes out after each.
    init(_ pieces: [ArraySlice<UInt8>], limits: Limits = Limits(), bodyLimit: Int = 1024) {
        var decoder = RequestDecoder(limits: limits)
        for piece in pieces {
            decoder.append(bytes: piece)
            take(from: &decoder, bodyLimit)
        }
        phase = decoder.phase
    }

    /// Feeds all bytes at once.
    init(_ bytes: [UInt8], limits: Limits = Limits(), bodyLimit: Int = 1024) {
        self.init([bytes[...]], limits: limits, bodyLimit: bodyLimit)
    }

    /// Feeds text, one byte for each character up to U+00FF, all at once.
    init(_ text: String, limits: Limits = Limits(), bodyLimit: Int = 1024) {
        self.init(text.bytes, limits: limits, bodyLimit: bodyLimit)
    }

    private mutating func take(from decoder: inout RequestDecoder, _ bodyLimit: Int) {
        do {
            while true {
                switch try decoder.next(bodyLimit: { _ in bodyLimit }) {
                case .request(let request): requests.append(request.summary)
                case .expectsContinue: continues += 1
                case .needsMoreBytes: return
                }
            }
        } catch {
            self.error = error
        }
    }

    /// The same without the number of interim answers, which rightly depends on how the bytes are cut.
    var withoutContinues: Reading {
        var copy = self
        copy.continues = 0
        return copy
    }
}

extension Request {
    /// "POST /path?query 1.1 keep body" and, for what else a test wants to see, one line.
    var summary: String {
        let target = path + (query.map { "?" + $0 } ?? "")
        let connection = keepAlive ? "keep" : "close"
        let number = version == .http11 ? "1.1" : "1.0"
        let text = String(String.UnicodeScalarView(body.map { UnicodeScalar($0) }))
        return "\(method.name) \(target) \(number) \(connection) \(text)"
    }
}

extension RequestDecoder {
    mutating func append(bytes: some Sequence<UInt8>) {
        Array(bytes).withUnsafeBytes { append($0) }
    }
}

extension String {
    /// One byte for each character up to U+00FF.
    var bytes: [UInt8] { unicodeScalars.map { UInt8($0.value) } }
}
