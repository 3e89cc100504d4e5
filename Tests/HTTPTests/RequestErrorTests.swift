import HTTP
import Testing

struct RequestErrorTests {
    private static let all: [RequestError] = [
        .tlsOnPlainPort, .tooManyEmptyLines, .malformedRequestLine, .requestLineTooLong, .invalidMethod, .invalidTarget,
        .unsupportedVersion, .bareLineBreak, .controlCharacter, .invalidHeader, .spaceBeforeColon, .foldedHeader,
        .tooManyHeaders, .headersTooLarge, .missingHost, .repeatedHost, .invalidHost, .invalidContentLength,
        .repeatedContentLength, .ambiguousLength, .invalidTransferEncoding, .unsupportedTransferEncoding,
        .transferEncodingInOldVersion, .expectationFailed, .bodyTooLarge(limit: 7), .invalidChunk,
        .chunkExtensionsTooLarge, .tooManyTrailers, .trailersTooLarge,
    ]

    @Test func `every code is its own, in snake case`() {
        let codes = Self.all.map(\.code)
        #expect(Set(codes).count == codes.count)
        for code in codes {
            #expect(
                code.utf8.allSatisfy {
                    UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0
                        || $0 == 0x5f
                })
        }
    }

    @Test(arguments: all)
    func `every message is a sentence`(_ error: RequestError) {
        #expect(error.message.hasSuffix("."))
        #expect(error.message.first?.isUppercase == true)
    }

    @Test func `statuses are those of the RFC`() {
        let statuses = Dictionary(grouping: Self.all, by: \.status.code).mapValues(\.count)
        #expect(statuses == [400: 20, 413: 1, 414: 1, 417: 1, 431: 4, 501: 1, 505: 1])
        #expect(RequestError.requestLineTooLong.status.code == 414)
        #expect(RequestError.bodyTooLarge(limit: 7).status.code == 413)
        #expect(RequestError.bodyTooLarge(limit: 7).message.contains("7 bytes"))
        #expect(RequestError.expectationFailed.status.code == 417)
        #expect(RequestError.unsupportedTransferEncoding.status.code == 501)
        #expect(RequestError.unsupportedVersion.status.code == 505)
        #expect(RequestError.tlsOnPlainPort.message.contains("plain HTTP port"))
    }
}
