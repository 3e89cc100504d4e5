import TestSupport
import Testing

@testable import CRM

@Suite struct ULIDTests {
    private let moment = Timestamp(clamping: 1_795_414_800_123)

    @Test func `an id is 26 characters of Crockford's alphabet in lower case`() {
        var generator = ULIDGenerator()
        for step in 0..<1_000 {
            let text = generator.next(at: moment.adding(milliseconds: Int64(step))).description
            #expect(text.utf8.count == 26)
            #expect(text.allSatisfy { "0123456789abcdefghjkmnpqrstvwxyz".contains($0) })
        }
    }

    @Test func `the text is the number to the base 32`() {
        #expect(ULID(value: 0).description == "00000000000000000000000000")
        #expect(ULID(value: 31).description == "0000000000000000000000000z")
        #expect(ULID(value: 32).description == "00000000000000000000000010")
        #expect(ULID(value: .max).description == "7zzzzzzzzzzzzzzzzzzzzzzzzz")
        #expect(ULID(value: 1 << 80).text(prefix: "contact_") == "contact_00000000010000000000000000")
    }

    @Test func `the text can be read back, and nothing else`() {
        var generator = ULIDGenerator()
        for id in [generator.next(at: moment), ULID(value: 0), ULID(value: .max)] {
            #expect(ULID(id.description) == id)
        }
        let digits = String(repeating: "0", count: 25)
        for text in ["", digits, digits + "00", "8" + digits, digits + "u", digits + "Z", digits + "é"] {
            #expect(ULID(text) == nil, "\(text)")
        }
    }

    @Test func `the time can be read back`() {
        var generator = ULIDGenerator()
        let text = generator.next(at: moment).description
        let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz")
        let time = text.prefix(10).reduce(0) { $0 * 32 + (alphabet.firstIndex(of: $1) ?? 0) }
        #expect(time == Int(moment.milliseconds))
    }

    @Test func `ids rise, within a millisecond and when the clock steps back too`() {
        var generator = ULIDGenerator()
        var random = SeededRandom()
        var last = ""
        var seen: Set<ULID> = []
        for _ in 0..<10_000 {
            let id = generator.next(at: moment.adding(milliseconds: Int64.random(in: -3...3, using: &random)))
            #expect(id.description > last)
            last = id.description
            seen.insert(id)
        }
        #expect(seen.count == 10_000)
    }

    @Test func `a later millisecond gets new random bits`() {
        var next: UInt8 = 0
        var generator = ULIDGenerator { buffer in
            for index in buffer.indices {
                buffer[index] = next
                next &+= 1
            }
        }
        let first = generator.next(at: moment)
        let second = generator.next(at: moment)
        let third = generator.next(at: moment.adding(milliseconds: 1))
        let mask: UInt128 = 1 << 80 - 1
        #expect(second.value == first.value + 1)
        #expect(third.value & mask != first.value & mask)
        #expect(third.value >> 80 == UInt128(moment.milliseconds + 1))
    }

    @Test func `all ones from the random source leave room to count on`() {
        var generator = ULIDGenerator { $0.copyBytes(from: repeatElement(0xFF, count: $0.count)) }
        for _ in 0..<1_000 { _ = generator.next(at: moment) }
        #expect(generator.next(at: moment).value >> 80 == UInt128(moment.milliseconds))
    }

    @Test func `random bytes are fetched in blocks`() {
        nonisolated(unsafe) var calls = 0
        var generator = ULIDGenerator { buffer in
            calls += 1
            ULIDGenerator.systemRandom(buffer)
        }
        for step in 0..<64 { _ = generator.next(at: moment.adding(milliseconds: Int64(step))) }
        #expect(calls == 4)
    }

    @Test func `two generators make different ids in the same millisecond`() {
        var (one, other) = (ULIDGenerator(), ULIDGenerator())
        let ids = (0..<1_000).flatMap { _ in [one.next(at: moment), other.next(at: moment)] }
        #expect(Set(ids).count == 2_000)
    }
}
