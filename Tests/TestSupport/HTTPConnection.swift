/// A raw connection to the service: text goes out as it stands, answers are read one by one.
public final class HTTPConnection {
    private let socket: Socket
    private var received: [UInt8] = []
    private var isOpen = true

    /// How long one write or one answer may take, in seconds.
    public var patience = 30.0

    /// Connects to a port of this machine.
    public init(port: Int) throws {
        socket = try Socket.connected(to: port)
    }

    deinit {
        close()
    }

    /// Sends text as it stands.
    public func send(_ text: String) throws {
        try send(Array(text.utf8))
    }

    /// Sends bytes as they stand.
    public func send(_ bytes: [UInt8]) throws {
        try socket.write(bytes, by: .after(patience))
    }

    /// Sends one request with its `Host` and, where there is a body, its `Content-Length`.
    public func send(
        _ method: String, _ target: String, headers: [(String, String)] = [], body: String? = nil
    ) throws {
        var head = "\(method) \(target) HTTP/1.1\r\nHost: localhost\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        if let body { head += "Content-Length: \(body.utf8.count)\r\n" }
        try send(head + "\r\n" + (body ?? ""))
    }

    /// Reads one chunk of an answer that goes on for ever; its head has been read.
    public func readChunk() throws -> [UInt8] {
        let deadline = Deadline.after(patience)
        guard let size = Int(try takeLine(by: deadline), radix: 16), size > 0 else { throw Failure("the stream ended") }
        let piece = try take(size, by: deadline)
        _ = try takeLine(by: deadline)
        return piece
    }

    /// Says that no more requests will come; answers still can.
    public func finishSending() { socket.shutdownWriting() }

    /// Closes the connection.
    public func close() {
        if isOpen { socket.close() }
        isOpen = false
    }

    /// Closes the connection by a reset, as a client whose machine dies.
    public func reset() {
        if isOpen { socket.reset() }
        isOpen = false
    }

    /// Whether anything has come from the peer by now, its close included; what came can still be read.
    public func isClosedOrAnswered() -> Bool {
        guard let more = try? socket.read(by: .after(0.001)) else { return false }
        received += more
        return true
    }

    /// Reads one answer; the answer to a HEAD request has no body.
    public func readResponse(toHead: Bool = false) throws -> HTTPResponse {
        let deadline = Deadline.after(patience)
        var head = try readHead(by: deadline)
        while head.status == 100 { head = try readHead(by: deadline) }
        if toHead || head.status == 204 || head.status == 304 { return head }
        if head["transfer-encoding"]?.lowercased() == "chunked" {
            head.body = try readChunks(by: deadline)
        } else if let text = head["content-length"] {
            guard let length = Int(text) else { throw Failure("Content-Length is \(text)") }
            head.body = try take(length, by: deadline)
        } else {
            while try readMore(by: deadline) {}
            head.body = received
            received = []
        }
        return head
    }

    /// Reads one head, such as that of `100 Continue`.
    public func readInterim() throws -> HTTPResponse {
        try readHead(by: .after(patience))
    }

    /// Whether the peer closes, with no further byte, before the deadline.
    public func isClosedByPeer(within seconds: Double = 10) -> Bool {
        guard received.isEmpty else { return false }
        // A reset says the same as an end here: nothing more will come.
        guard let more = try? socket.read(by: .after(seconds)) else { return false }
        received += more
        return more.isEmpty
    }

    private func readMore(by deadline: Deadline) throws -> Bool {
        let more = try socket.read(by: deadline)
        received += more
        return !more.isEmpty
    }

    private func take(_ count: Int, by deadline: Deadline) throws -> [UInt8] {
        while received.count < count {
            guard try readMore(by: deadline) else { throw Failure("the answer breaks off") }
        }
        let taken = Array(received.prefix(count))
        received.removeFirst(count)
        return taken
    }

    private func takeLine(by deadline: Deadline) throws -> String {
        while true {
            if let end = received.firstIndex(of: 10) {
                let line = try take(end + 1, by: deadline)
                return String(decoding: line.dropLast(line.suffix(2).first == 13 ? 2 : 1), as: UTF8.self)
            }
            guard try readMore(by: deadline) else {
                throw Failure(received.isEmpty ? "closed without an answer" : "the answer breaks off")
            }
        }
    }

    private func readHead(by deadline: Deadline) throws -> HTTPResponse {
        let words = try takeLine(by: deadline).split(separator: " ", maxSplits: 2)
        guard words.count >= 2, words[0] == "HTTP/1.1", let status = Int(words[1]) else {
            throw Failure("not a status line: \(words)")
        }
        var response = HTTPResponse(status: status)
        while true {
            let line = try takeLine(by: deadline)
            if line.isEmpty { return response }
            guard let colon = line.firstIndex(of: ":") else { throw Failure("not a header: \(line)") }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            response.headers.append((String(line[..<colon]), String(value)))
        }
    }

    private func readChunks(by deadline: Deadline) throws -> [UInt8] {
        var body: [UInt8] = []
        while true {
            guard let size = Int(try takeLine(by: deadline), radix: 16) else { throw Failure("not a chunk size") }
            if size == 0 {
                while try !takeLine(by: deadline).isEmpty {}
                return body
            }
            body += try take(size, by: deadline)
            _ = try takeLine(by: deadline)
        }
    }
}

/// One answer of the service.
public struct HTTPResponse: Sendable {
    /// The status code.
    public var status: Int
    /// The headers in the order in which they came.
    public var headers: [(String, String)] = []
    /// The body, with no chunk framing.
    public var body: [UInt8] = []

    /// The value of the first header with that name, in any case.
    public subscript(_ name: String) -> String? {
        headers.first { $0.0.lowercased() == name.lowercased() }?.1
    }

    /// The body as text.
    public var text: String { String(decoding: body, as: UTF8.self) }

    /// The body as JSON.
    public func json() throws -> JSON { try JSON(parsing: text) }
}
