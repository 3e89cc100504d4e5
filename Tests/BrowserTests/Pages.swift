import Foundation
import Synchronization
@testable import TestSupport

/// A website of a test: some pages on a port of this machine, one answer to each request, one thread.
final class Pages: Sendable {
    /// What a page is, and the headers that it comes with.
    struct Page: Sendable {
        var body: String
        var type = "text/html; charset=utf-8"
        var headers: [(String, String)] = []
        var status = 200
    }

    let port: Int
    private let listener: Socket
    private let slowness = Mutex(0.0)
    private let answer: @Sendable (_ path: String, _ body: String) -> Page?

    /// The site as `127.0.0.1` and as `localhost`: two sites for a browser.
    var home: String { "http://127.0.0.1:\(port)" }
    var otherHome: String { "http://localhost:\(port)" }

    /// A site whose pages `answer` gives; `nil` is 404.
    init(_ answer: @escaping @Sendable (_ path: String, _ body: String) -> Page?) throws {
        self.answer = answer
        listener = try Socket.listener()
        port = try listener.boundPort()
        Thread { [listener, answer, weak self] in
            while let peer = try? listener.accepted() {
                let delay = self?.slowness.withLock { $0 } ?? 0
                Thread {
                    usleep(UInt32(delay * 1_000_000))
                    Self.serve(peer, answer)
                }.start()
            }
        }.start()
    }

    /// From now on each answer takes so many seconds more.
    func delay(by seconds: Double) { slowness.withLock { $0 = seconds } }

    deinit {
        // Closing alone would leave the thread in its `accept`.
        listener.shutdownReading()
        listener.close()
    }

    private static func serve(_ peer: Socket, _ answer: (String, String) -> Page?) {
        defer { peer.close() }
        var text = ""
        while !isWhole(text) {
            guard let more = try? peer.read(by: .after(60)), !more.isEmpty else { return }
            text += String(decoding: more, as: UTF8.self)
        }
        let target = text.split(separator: " ")[1]
        let body = text.range(of: "\r\n\r\n").map { String(text[$0.upperBound...]) } ?? ""
        let page = answer(String(target.prefix { $0 != "?" }), body) ?? Page(body: "nothing here", status: 404)
        var head =
            "HTTP/1.1 \(page.status) -\r\nContent-Type: \(page.type)\r\nContent-Length: \(page.body.utf8.count)\r\n"
        for (name, value) in page.headers { head += "\(name): \(value)\r\n" }
        try? peer.write(Array((head + "Connection: close\r\n\r\n" + page.body).utf8), by: .after(5))
    }

    private static func isWhole(_ text: String) -> Bool {
        guard let end = text.range(of: "\r\n\r\n") else { return false }
        let length = text.firstMatch(of: /(?i)content-length: (\d+)/).flatMap { Int($0.1) } ?? 0
        return text[end.upperBound...].utf8.count >= length
    }
}

extension Socket {
    fileprivate func shutdownReading() { shutdown(descriptor, Int32(SHUT_RD)) }
}
