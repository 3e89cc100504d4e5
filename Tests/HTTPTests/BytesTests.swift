import Testing

@testable import HTTP

struct BytesTests {
    @Test func `the character sets are those of their grammars`() {
        let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
        let subDelimiters = "!$&'()*+,;="
        let unreserved = letters + "-._~"
        let grammars: [(ByteSet, String)] = [
            (.token, letters + "!#$%&'*+-.^_`|~"), (.unreserved, unreserved),
            (.path, unreserved + subDelimiters + ":@/%"), (.query, unreserved + subDelimiters + ":@/%?[]{}|^`\\"),
            (.registeredName, unreserved + subDelimiters + "%"), (.futureAddress, unreserved + subDelimiters + ":"),
        ]
        for (set, characters) in grammars {
            let expected = Set(characters.utf8)
            for byte in UInt8.min...UInt8.max { #expect(set.contains(byte) == expected.contains(byte)) }
        }
    }

    @Test func `a control character is found at any place`() {
        let harmless: [UInt8] = [0x20, 0x7e, 0x80, 0xff, 0x09, 0x9f]
        for length in 0...40 {
            for place in 0..<length {
                for byte: UInt8 in [0, 1, 10, 13, 31, 127] {
                    var bytes = (0..<length).map { harmless[$0 % harmless.count] }
                    #expect(bytes.span.firstControl(from: 0) == length)
                    bytes[place] = byte
                    #expect(bytes.span.firstControl(from: 0) == place)
                    #expect(bytes.span.firstControl(from: place + 1) == length)
                }
            }
        }
    }
}
