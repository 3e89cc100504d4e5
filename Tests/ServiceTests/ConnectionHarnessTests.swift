import Foundation
import Testing

@testable import TestSupport

/// The raw HTTP connection of the tests, against answers that are written by hand.
@Suite struct ConnectionHarnessTests {
    @Test func `answers are read one after the other, whatever their framing`() throws {
        let (connection, peer) = try pair()
        defer { peer.close() }
        try peer.write(
            Array(
                """
                HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Name: a b\r\n\r\nfirst\
                HTTP/1.1 100 Continue\r\n\r\n\
                HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nsec\r\n3\r\nond\r\n0\r\n\r\n\
                HTTP/1.1 204 No Content\r\n\r\n\
                HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n
                """.utf8), by: .after(5))
        let first = try connection.readResponse()
        #expect(first.status == 200)
        #expect(first.text == "first")
        #expect(first["x-name"] == "a b")
        let second = try connection.readResponse()
        #expect(second.status == 202)
        #expect(second.text == "second")
        #expect(try connection.readResponse().status == 204)
        #expect(try connection.readResponse(toHead: true)["content-length"] == "9")
    }

    @Test func `a request goes out with its host and its length`() throws {
        let (connection, peer) = try pair()
        defer { peer.close() }
        try connection.send("POST", "/x", headers: [("A", "b")], body: "grün")
        var text = ""
        try eventually("the request comes") {
            text += String(decoding: try peer.read(by: .after(5)), as: UTF8.self)
            return text.hasSuffix("grün")
        }
        #expect(text == "POST /x HTTP/1.1\r\nHost: localhost\r\nA: b\r\nContent-Length: 5\r\n\r\ngrün")
    }

    @Test func `an answer that breaks off or never comes is a failure`() throws {
        let (connection, peer) = try pair()
        connection.patience = 0.05
        #expect(throws: Failure.self) { try connection.readResponse() }
        try peer.write(Array("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfi".utf8), by: .after(5))
        peer.close()
        #expect(throws: Failure.self) { try connection.readResponse() }
    }

    @Test func `a peer that closes is told from one that waits`() throws {
        let (connection, peer) = try pair()
        #expect(!connection.isClosedByPeer(within: 0.05))
        peer.close()
        #expect(connection.isClosedByPeer(within: 5))
    }

    private func pair() throws -> (HTTPConnection, Socket) {
        let listener = try Socket.listener()
        defer { listener.close() }
        let connection = try HTTPConnection(port: try listener.boundPort())
        return (connection, try listener.accepted())
    }
}
