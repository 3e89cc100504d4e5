/// How far the connection of a client has come.
enum ClientState {
    /// Requests are served.
    case open
    /// What is asked is answered; nothing more is read.
    case finishing
    /// A stream is sent, and ends with the connection; what the client sends is thrown away.
    case streaming
    /// All is sent; what the client still sends is thrown away until it closes, so that it can read the last answer
    /// before its kernel sees a reset (RFC 9112 section 9.6).
    case lingering
    case closed
}
