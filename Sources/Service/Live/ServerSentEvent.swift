import Text
import CRM
import HTTP

/// One event of a stream, in the form of https://html.spec.whatwg.org/multipage/server-sent-events.html.
struct ServerSentEvent {
    /// Milliseconds after which a listener that was cut off comes back.
    static let retry = 2000

    var name: StaticString
    var id: String?
    /// One line.
    var data: [UInt8]

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(data.count + 64)
        bytes.appendJSON(raw: "event: ")
        bytes.appendJSON(raw: name)
        if let id {
            bytes.appendJSON(raw: "\nid: ")
            bytes += id.utf8
        }
        bytes.appendJSON(raw: "\ndata: ")
        bytes += data
        bytes.appendJSON(raw: "\n\n")
        return bytes
    }

    /// What a stream begins with.
    static let opening = Array("retry: \(retry)\n\n".utf8)
    /// A comment that keeps proxies from closing a stream on which nothing happens.
    static let heartbeat = Array(": still here\n\n".utf8)

    /// The head of a stream. No proxy may keep, change or collect it.
    static let head = Response(
        status: .ok,
        headers: [
            ("Content-Type", "text/event-stream"), ("Cache-Control", "no-store, no-transform"),
            ("X-Accel-Buffering", "no"),
        ] + Response.inert)

    /// The answer to one listener too many.
    static let tooMany = Response.error(
        .serviceUnavailable, code: "too_many_listeners",
        message: "MAX_LISTENERS streams are open. Try again after the seconds in Retry-After.",
        headers: [("Retry-After", "5")])
}
