import Foundation
import TestSupport

/// A listener to Server-Sent Events, over a raw connection.
final class EventStream {
    struct Event: Equatable {
        var name = ""
        var id: String?
        var data = ""
        func json() throws -> JSON { try JSON(parsing: data) }
    }

    let connection: HTTPConnection
    let head: HTTPResponse
    private var text = ""

    init(_ receiver: Receiver, _ path: String, lastEventID: String? = nil) throws {
        connection = try receiver.connect()
        var headers = [("Authorization", "Bearer \(token)")]
        if let lastEventID { headers.append(("Last-Event-ID", lastEventID)) }
        try connection.send("GET", Site.base + path, headers: headers)
        head = try connection.readResponse(toHead: true)
    }

    /// The next event; comments are skipped.
    func next() throws -> Event {
        while true {
            while let end = text.range(of: "\n\n") {
                let block = text[..<end.lowerBound]
                text = String(text[end.upperBound...])
                var event = Event()
                for line in block.split(separator: "\n") {
                    if line.hasPrefix("event: ") { event.name = String(line.dropFirst(7)) }
                    if line.hasPrefix("id: ") { event.id = String(line.dropFirst(4)) }
                    if line.hasPrefix("data: ") { event.data = String(line.dropFirst(6)) }
                }
                if !event.name.isEmpty { return event }
            }
            text += String(decoding: try connection.readChunk(), as: UTF8.self)
        }
    }
}
