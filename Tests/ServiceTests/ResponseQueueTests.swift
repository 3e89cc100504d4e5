import HTTP
import Testing

@testable import Service

/// Answers leave in the order of the requests.
@Suite struct ResponseQueueTests {
    private let date = DateField(epochSeconds: 0)

    private func response(_ text: String) -> Response { Response(status: .ok, body: Array(text.utf8)) }

    private func bodies(_ queue: inout ResponseQueue) -> [String] {
        var output: [UInt8] = []
        _ = queue.encodeReady(into: &output, date: date)
        return String(decoding: output, as: UTF8.self).split(separator: "HTTP/1.1 200 OK").map {
            String($0.split(separator: "\r\n", omittingEmptySubsequences: false).last ?? "")
        }
    }

    @Test func `an answer waits for those before it, and counts until it leaves`() {
        var queue = ResponseQueue()
        let tickets = (0..<3).map { _ in queue.add(version: .http11, keepAlive: true, headOnly: false) }
        _ = queue.fill(tickets[2], response("third"))
        _ = queue.fill(tickets[1], response("second!"))
        let early = bodies(&queue)
        #expect(early == [])
        #expect(queue.bytes == 12)
        let isFilled = queue.fill(tickets[0], response("first"))
        #expect(isFilled && queue.bytes == 17)
        let all = bodies(&queue)
        #expect(all == ["first", "second!", "third"])
        #expect(queue.bytes == 0 && queue.isEmpty && queue.answered == 3)
        let isFilledAgain = queue.fill(tickets[0], response("again"))
        #expect(!isFilledAgain, "its place is gone")
    }

    @Test func `a stream is the last answer`() {
        var queue = ResponseQueue()
        let tickets = (0..<3).map { _ in queue.add(version: .http11, keepAlive: true, headOnly: false) }
        _ = queue.fill(tickets[2], response("too late"))
        queue.fill(tickets[1], streamHead: response(""))
        #expect(queue.count == 2 && queue.bytes == 0)
        let isFilled = queue.fill(tickets[2], response("too late"))
        #expect(!isFilled)
        _ = queue.fill(tickets[0], response("first"))
        var output: [UInt8] = []
        let framing = queue.encodeReady(into: &output, date: date)
        #expect(framing == .chunked)
        #expect(queue.isEmpty)
    }

    @Test func `the last answer can say that the connection ends`() {
        var queue = ResponseQueue()
        let tickets = (0..<2).map { _ in queue.add(version: .http11, keepAlive: true, headOnly: false) }
        queue.closeAfterLast()
        for ticket in tickets { _ = queue.fill(ticket, response("x")) }
        var output: [UInt8] = []
        _ = queue.encodeReady(into: &output, date: date)
        let text = String(decoding: output, as: UTF8.self)
        #expect(text.ranges(of: "Connection: close").count == 1)
        #expect(text.hasSuffix("Connection: close\r\n\r\nx"))
    }
}
