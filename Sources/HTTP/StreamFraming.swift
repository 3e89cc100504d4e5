import Text

/// How the pieces of a streamed body go on the wire.
public enum StreamFraming: Equatable, Sendable {
    /// Each piece is a chunk (RFC 9112 section 7.1).
    case chunked
    /// Pieces go as they are, and the close of the connection ends the body (RFC 9112 section 6.3).
    case untilClose

    /// Appends one piece. An empty piece adds nothing: as a chunk it would end the body.
    public func encode(_ piece: some Collection<UInt8>, into bytes: inout [UInt8]) {
        guard !piece.isEmpty else { return }
        switch self {
        case .untilClose: bytes += piece
        case .chunked:
            bytes.append(text: String(piece.count, radix: 16))
            bytes.append("\r\n")
            bytes += piece
            bytes.append("\r\n")
        }
    }

    /// Appends what ends the body.
    public func encodeEnd(into bytes: inout [UInt8]) {
        switch self {
        case .chunked: bytes.append("0\r\n\r\n")
        case .untilClose: break
        }
    }
}
