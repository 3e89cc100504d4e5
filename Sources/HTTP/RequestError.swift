/// Why a request is refused. Its connection must be closed once the answer is sent: where the request ends, and so
/// where a next one would begin, is not known (RFC 9112 section 6.3 and 9.6).
public enum RequestError: Error, Equatable, Sendable {
    /// The first byte opens a TLS handshake.
    case tlsOnPlainPort
    /// More empty lines before the request line than `Limits.emptyLines`.
    case tooManyEmptyLines
    /// Not "method SP target SP version".
    case malformedRequestLine
    /// The request line is longer than `Limits.requestLine`.
    case requestLineTooLong
    /// The method is not a token.
    case invalidMethod
    /// The target has a form or a character that is not allowed, or broken percent-encoding.
    case invalidTarget
    /// A version other than HTTP/1.x.
    case unsupportedVersion
    /// A CR or LF that is not part of CRLF.
    case bareLineBreak
    /// A control character in the head, the chunk framing or the trailers.
    case controlCharacter
    /// A field line without a name or colon, or with a name that is not a token.
    case invalidHeader
    /// Blanks between a field name and its colon.
    case spaceBeforeColon
    /// A field line that starts with a blank.
    case foldedHeader
    /// More field lines than `Limits.headerCount`.
    case tooManyHeaders
    /// More bytes of field lines than `Limits.headerBytes`.
    case headersTooLarge
    /// HTTP/1.1 without Host.
    case missingHost
    /// More than one Host.
    case repeatedHost
    /// Host is not a host with an optional port.
    case invalidHost
    /// Content-Length is not one decimal number that fits.
    case invalidContentLength
    /// More than one Content-Length, equal or not.
    case repeatedContentLength
    /// Both Content-Length and Transfer-Encoding.
    case ambiguousLength
    /// Transfer-Encoding does not end with exactly one `chunked`.
    case invalidTransferEncoding
    /// A coding before `chunked`.
    case unsupportedTransferEncoding
    /// Transfer-Encoding in HTTP/1.0.
    case transferEncodingInOldVersion
    /// Expect asks for something other than 100-continue.
    case expectationFailed
    /// The body is, or says that it will be, longer than `limit` bytes.
    case bodyTooLarge(limit: Int)
    /// A chunk size, extension or end that is not in the form of RFC 9112 section 7.1.
    case invalidChunk
    /// More bytes of chunk extensions than `Limits.chunkExtensionBytes`.
    case chunkExtensionsTooLarge
    /// More trailer lines than `Limits.trailerCount`.
    case tooManyTrailers
    /// More bytes of trailer lines than `Limits.trailerBytes`.
    case trailersTooLarge

    /// The status of the answer.
    public var status: Status { answer.status }
    /// The stable name of the error in the answer's body.
    public var code: String { answer.code }
    /// What is wrong and what to do, for people. Repeats nothing of what the client sent.
    public var message: String { answer.message }

    private var answer: (status: Status, code: String, message: String) {
        switch self {
        case .tlsOnPlainPort:
            (.badRequest, "tls_on_plain_port", "This is a plain HTTP port and got a TLS handshake; use http:// here.")
        case .tooManyEmptyLines:
            (.badRequest, "too_many_empty_lines", "Too many empty lines before the request line; send none.")
        case .malformedRequestLine:
            (.badRequest, "malformed_request_line", "The first line must be METHOD SP TARGET SP HTTP/1.1.")
        case .requestLineTooLong:
            (.uriTooLong, "uri_too_long", "The request line is too long; shorten the path or query.")
        case .invalidMethod:
            (.badRequest, "invalid_method", "The method is not a token; send a name such as POST.")
        case .invalidTarget:
            (.badRequest, "invalid_target", "The request target is not valid; percent-encode its special characters.")
        case .unsupportedVersion:
            (.httpVersionNotSupported, "unsupported_version", "This version of HTTP is not served; use HTTP/1.1.")
        case .bareLineBreak:
            (.badRequest, "bare_line_break", "A lone CR or LF stands in the framing; end every line with CR LF.")
        case .controlCharacter:
            (.badRequest, "control_character", "A control character stands in the framing; remove it.")
        case .invalidHeader:
            (.badRequest, "invalid_header", "A header line is not in the form NAME: VALUE; correct it.")
        case .spaceBeforeColon:
            (.badRequest, "space_before_colon", "A header name is followed by a blank; put the colon right behind it.")
        case .foldedHeader:
            (.badRequest, "folded_header", "A header line starts with a blank; send each header on one line.")
        case .tooManyHeaders:
            (.requestHeaderFieldsTooLarge, "too_many_headers", "The request has too many headers; send fewer.")
        case .headersTooLarge:
            (.requestHeaderFieldsTooLarge, "headers_too_large", "The headers are too large; send smaller ones.")
        case .missingHost:
            (.badRequest, "missing_host", "HTTP/1.1 needs a Host header; send one.")
        case .repeatedHost:
            (.badRequest, "repeated_host", "Host was sent more than once; send it once.")
        case .invalidHost:
            (.badRequest, "invalid_host", "Host must be a host name or address with an optional port.")
        case .invalidContentLength:
            (.badRequest, "invalid_content_length", "Content-Length must be one number in decimal digits.")
        case .repeatedContentLength:
            (.badRequest, "repeated_content_length", "Content-Length was sent more than once; send it once.")
        case .ambiguousLength:
            (.badRequest, "ambiguous_length", "Content-Length and Transfer-Encoding exclude each other; send one.")
        case .invalidTransferEncoding:
            (.badRequest, "invalid_transfer_encoding", "Transfer-Encoding must be exactly: chunked.")
        case .unsupportedTransferEncoding:
            (.notImplemented, "unsupported_transfer_encoding", "The only transfer coding served is chunked.")
        case .transferEncodingInOldVersion:
            (.badRequest, "transfer_encoding_in_http_1_0", "HTTP/1.0 has no Transfer-Encoding; send Content-Length.")
        case .expectationFailed:
            (.expectationFailed, "expectation_failed", "No expectation but 100-continue can be met; leave it out.")
        case .bodyTooLarge(let limit):
            (.contentTooLarge, "too_large", "The body is larger than \(limit) bytes; send less at a time.")
        case .invalidChunk:
            (.badRequest, "invalid_chunk", "The chunked body is malformed; see RFC 9112 section 7.1.")
        case .chunkExtensionsTooLarge:
            (.badRequest, "chunk_extensions_too_large", "The chunk extensions are too large; send none.")
        case .tooManyTrailers:
            (.requestHeaderFieldsTooLarge, "too_many_trailers", "The body has too many trailers; send none.")
        case .trailersTooLarge:
            (.requestHeaderFieldsTooLarge, "trailers_too_large", "The trailers are too large; send none.")
        }
    }
}
