import Testing

@testable import CRM
import Text

@Suite struct SHA256Tests {
    /// FIPS 180-4 examples and the short messages around the end of a block.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
            "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
        ),
    ])
    func `the examples of NIST come out`(_ message: String, _ hash: String) {
        #expect(SHA256.hash(message.utf8).lowercaseHex == hash)
    }

    @Test func `a million letters come out`() {
        let hash = SHA256.hash(repeatElement(UInt8(ascii: "a"), count: 1_000_000))
        #expect(hash.lowercaseHex == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }

    @Test func `pieces of any size make the same hash`() {
        let message = (0..<200).map { UInt8($0) }
        let whole = SHA256.hash(message)
        for size in 1...130 {
            var hash = SHA256()
            var start = 0
            while start < message.count {
                hash.update(message[start..<min(start + size, message.count)])
                start += size
            }
            #expect(hash.finish() == whole)
        }
    }
}

@Suite struct HMACSHA256Tests {
    struct Vector: Sendable {
        var key: [UInt8]
        var data: [UInt8]
        var signature: String
    }

    /// RFC 4231 sections 4.2 to 4.8; case 5 is cut to 128 bits.
    static let vectors = [
        Vector(
            key: .init(repeating: 0x0b, count: 20), data: Array("Hi There".utf8),
            signature: "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        Vector(
            key: Array("Jefe".utf8), data: Array("what do ya want for nothing?".utf8),
            signature: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        Vector(
            key: .init(repeating: 0xaa, count: 20), data: .init(repeating: 0xdd, count: 50),
            signature: "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
        Vector(
            key: (1...25).map { $0 }, data: .init(repeating: 0xcd, count: 50),
            signature: "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
        Vector(
            key: .init(repeating: 0x0c, count: 20), data: Array("Test With Truncation".utf8),
            signature: "a3b6167473100ee06e0c796c2955552b"),
        Vector(
            key: .init(repeating: 0xaa, count: 131),
            data: Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            signature: "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
        Vector(
            key: .init(repeating: 0xaa, count: 131),
            data: Array(
                ("This is a test using a larger than block-size key and a larger than block-size data. "
                    + "The key needs to be hashed before being used by the HMAC algorithm.").utf8),
            signature: "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"),
    ]

    @Test(arguments: vectors) func `the vectors of RFC 4231 come out`(_ vector: Vector) {
        let signature = HMACSHA256(key: vector.key).signature(of: vector.data).lowercaseHex
        #expect(signature.hasPrefix(vector.signature))
        #expect(signature.utf8.count == 64)
    }

    @Test func `a signature is verified in hexadecimal digits of either case`() {
        let key = HMACSHA256(key: "Jefe".utf8)
        let message = "what do ya want for nothing?".utf8
        let right = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        #expect(key.verify(hex: right, of: message))
        #expect(key.verify(hex: right.uppercased(), of: message))
        #expect(!key.verify(hex: right, of: "what do ya want for something?".utf8))
        #expect(!key.verify(hex: String(right.dropLast()), of: message))
        #expect(!key.verify(hex: right + "0", of: message))
        #expect(!key.verify(hex: "", of: message))
        for place in 0..<64 {
            var digits = Array(right.utf8)
            digits[place] ^= 1
            #expect(!key.verify(hex: String(decoding: digits, as: UTF8.self), of: message))
        }
    }

    @Test func `a key of exactly one block is used as it is and a longer one is hashed`() {
        let block = [UInt8](repeating: 7, count: 64)
        let message = "m".utf8
        #expect(
            HMACSHA256(key: block).signature(of: message) != HMACSHA256(key: SHA256.hash(block)).signature(of: message))
        let longer = block + [7]
        #expect(
            HMACSHA256(key: longer).signature(of: message)
                == HMACSHA256(key: SHA256.hash(longer)).signature(of: message))
    }

    @Test func `secrets are equal or not`() {
        #expect(Secret.equals("".utf8, "".utf8))
        #expect(Secret.equals("abc".utf8, [97, 98, 99]))
        #expect(!Secret.equals("abc".utf8, "abd".utf8))
        #expect(!Secret.equals("abc".utf8, "ab".utf8))
        #expect(!Secret.equals("bbc".utf8, "abc".utf8))
    }

    @Test func `bytes are written as two digits each`() {
        #expect([UInt8]([0x00, 0x0f, 0xf0, 0xff]).lowercaseHex == "000ff0ff")
    }
}
