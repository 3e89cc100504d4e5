import Text
import CRM
import HTTP
import Redis
import Store

/// One error of an answer: one row of the reference, made of what answers are made of.
package struct ErrorRow: Sendable {
    /// When an error occurs.
    package enum Group: String, CaseIterable, Sendable {
        case event = "Events"
        case access = "Access"
        case reading = "Reading, tasks and erasure"
        case route = "Paths and bodies"
        case request = "Requests that cannot be read"
        case connection = "Connections"
    }

    package let code: String
    package let status: Int
    /// What is wrong and what to do, for an example.
    package let message: String
    package let group: Group

    /// All errors.
    package static let all = events + access + reading + routes + requests + connections

    private init(_ code: String, _ status: Int, _ message: String, _ group: Group) {
        (self.code, self.status, self.message, self.group) = (code, status, message, group)
    }

    private init(_ response: Response, _ group: Group) {
        let (code, message) = response.body.withUnsafeBufferPointer { bytes in
            let root = try? JSONDocument.parse(bytes).root
            return (root?.member("error")?.string ?? "", root?.member("message")?.string ?? "")
        }
        self.init(code, response.status.code, message, group)
    }

    private static let events: [ErrorRow] =
        [
            Rejection.notJSON(.unexpectedEnd(offset: 17)), .wrongShape(field: "customer", expected: "an object"),
            .customerRequired,
            .unknownEventType, .badEventID, .badCustomerID, .badEmail, .badTimestamp(field: "timestamp"),
            .badAmount(field: "event_data.total_amount", .negative), .badIdleTime, .tooLarge(limit: 65_536),
        ].map { ErrorRow($0.code, $0.status, $0.message, .event) }
        + [ErrorRow(Verdict.unavailable.response, .event)]

    private static let access: [ErrorRow] = [
        Denial.writeKeyRequired, .serverKeyUnknown, .originNotAllowed, .identityUnverified, .tooFast(retryAfter: 1),
        .adminTokenRequired,
    ].map { ErrorRow($0.code, $0.status.code, $0.message, .access) }

    private static let reading: [ErrorRow] = [
        ReadRoutes.refusal(BadParameter(name: "limit", expected: "a whole number from 1 to \(Reader.maxPage)")),
        ReadAnswer.noContact, ReadAnswer.outcome(TaskOutcome.missing),
        ReadAnswer.outcome(.closed(StoredHash(fields: [("status", TaskStatus.done.rawValue)]))),
        ReadAnswer.outcome(.taken(StoredHash(fields: []))), ReadAnswer.failure(.disconnected),
        ReadAnswer.failure(.refused("")), ServerSentEvent.tooMany,
    ].map { ErrorRow($0, .reading) }

    private static let routes: [ErrorRow] = [
        RouteError.notFound(events: "{base}/track-event"), .methodNotAllowed("GET, HEAD"), .methodUnknown, .notJSON,
        .batchTooLong,
    ].map { ErrorRow($0.code, $0.status.code, $0.message, .route) }

    private static let requests: [ErrorRow] = [
        RequestError.tlsOnPlainPort, .tooManyEmptyLines, .malformedRequestLine, .requestLineTooLong, .invalidMethod,
        .invalidTarget, .unsupportedVersion, .bareLineBreak, .controlCharacter, .invalidHeader, .spaceBeforeColon,
        .foldedHeader, .tooManyHeaders, .headersTooLarge, .missingHost, .repeatedHost, .invalidHost,
        .invalidContentLength, .repeatedContentLength, .ambiguousLength, .invalidTransferEncoding,
        .unsupportedTransferEncoding, .transferEncodingInOldVersion, .expectationFailed, .bodyTooLarge(limit: 65_536),
        .invalidChunk, .chunkExtensionsTooLarge, .tooManyTrailers, .trailersTooLarge,
    ].map { ErrorRow($0.code, $0.status.code, $0.message, .request) }

    private static let connections: [ErrorRow] = [
        ConnectionError.tooManyConnections, .requestTimeout, .tooBusy, .shuttingDown,
    ].map { ErrorRow($0.response, .connection) }
}
