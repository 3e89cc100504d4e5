import CRM
import HTTP
import Loop
import Store

/// Sends an export to a client at the client's pace: the next part is read once the one before is taken.
final class ExportStream {
    private let export: Export
    private let log: Log
    private let now: Timestamp
    private var writer = ExportWriter()
    private weak var client: ClientConnection?
    private var isReading = false

    private init(_ export: Export, to client: ClientConnection, at now: Timestamp, log: Log) {
        self.export = export
        self.client = client
        self.now = now
        self.log = log
    }

    /// Answers `ticket` with everything about a contact, or with 404. `ended` is called once.
    static func open(
        _ id: String, reader: Reader, on client: ClientConnection, _ ticket: ClientConnection.Ticket, at now: Timestamp,
        log: Log, ended: @escaping () -> Void
    ) {
        let stream = ExportStream(Export(reader, of: id), to: client, at: now, log: log)
        stream.export.next { [weak client] result in
            guard let client else { return ended() }
            switch result {
            case .success(let part?):
                // The connection keeps the stream until it ends.
                client.stream(ticket, head(of: id), wanted: { stream.resume() }, ended: ended)
                client.send(stream.writer.write(part, at: now))
            case .success(nil):
                client.answer(ticket, ReadAnswer.noContact)
                ended()
            case .failure(let error):
                log.write(.warning, "Query not answered", [("reason", error.reason)])
                client.answer(ticket, ReadAnswer.failure(error))
                ended()
            }
        }
    }

    /// What the answer begins with.
    static func head(of id: String) -> Response {
        .json(
            .ok, [], headers: Response.unkept + [("Content-Disposition", "attachment; filename=\"\(id).json\"")])
    }

    private func resume() {
        guard !isReading else { return }
        isReading = true
        export.next { [self] result in
            isReading = false
            switch result {
            case .success(let part?):
                let piece = writer.write(part, at: now)
                // Nothing of a part that is empty goes out, so nobody would ask for the next.
                if piece.isEmpty { resume() } else { client?.send(piece) }
            case .success(nil):
                client?.send(writer.end())
                client?.finish()
            case .failure(let error):
                // Without its end the client sees that something is missing.
                log.write(.warning, "Export broken off", [("reason", error.reason)])
                client?.close()
            }
        }
    }
}
