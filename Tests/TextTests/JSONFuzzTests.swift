import Foundation
import TestSupport
import Testing

@testable import Text

@Suite struct JSONFuzzTests {
    /// Where Foundation is known to read more than RFC 8259 allows: a comma before a closing bracket.
    private func isLeniency(_ bytes: [UInt8], _ error: JSONError?) -> Bool {
        guard case .unexpectedByte(UInt8(ascii: "}"), let offset) = error ?? .tooLarge else {
            guard case .unexpectedByte(UInt8(ascii: "]"), let offset) = error ?? .tooLarge else { return false }
            return bytes[..<offset].last { !$0.isBlank } == UInt8(ascii: ",")
        }
        return bytes[..<offset].last { !$0.isBlank } == UInt8(ascii: ",")
    }

    @Test func `damaged documents are read as Foundation reads them`() throws {
        var random = SeededRandom()
        let seeds = [sampleEvent, #"[1.5e3,-0,"\ud83d\ude00\n",{"a":[true,false,null]},"é€😀"]"#].map { Array($0.utf8) }
        let pieces = [
            "\"", "\\", "{", "}", "[", "]", ",", ":", "\\u0041", "\\ud800", "0", "-", "e", ".", " ", "\n", "é", "tr",
        ]
        let end = ContinuousClock.now + .milliseconds(1_500)
        var (read, refused) = (0, 0)
        while ContinuousClock.now < end {
            var bytes = seeds.randomElement(using: &random) ?? []
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<5, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: place)
                case 2: bytes.insert(contentsOf: (pieces.randomElement(using: &random) ?? "").utf8, at: place)
                case 3: bytes.swapAt(place, Int.random(in: 0..<bytes.count, using: &random))
                default: bytes[place] = (pieces.randomElement(using: &random) ?? "").utf8.first ?? 0
                }
            }
            let theirs = try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
            let error = jsonError(bytes)
            if let theirs, error == nil {
                read += 1
                try withJSON(bytes) { value in
                    #expect(isSame(value, theirs), "\(String(decoding: bytes, as: UTF8.self))")
                }
            } else if theirs == nil, error != nil {
                refused += 1
            } else if !isLeniency(bytes, error) {
                Issue.record("ours: \(String(describing: error)), theirs: \(String(describing: theirs)): \(bytes)")
                print(String(decoding: bytes, as: UTF8.self))
                return
            }
        }
        #expect(read > 100)
        #expect(refused > 100)
    }

    private func isSame(_ value: JSONValue, _ theirs: Any) -> Bool {
        switch value.kind {
        case .object:
            guard let object = theirs as? [String: Any] else { return false }
            let names = Set(value.members.map(\.name))
            return names.count == object.count
                && value.members.allSatisfy { member in
                    // Which one of repeated names Foundation takes is its own affair.
                    let isRepeated = value.members.filter { $0.name == member.name }.count > 1
                    return isRepeated || object[member.name].map { isSame(member.value, $0) } == true
                }
        case .array:
            guard let array = theirs as? [Any] else { return false }
            let values = Array(value.elements)
            return values.count == array.count && zip(values, array).allSatisfy { isSame($0, $1) }
        case .string: return value.string == theirs as? String
        case .number:
            guard let number = theirs as? NSNumber, let text = value.numberText, let own = Double(text) else {
                return false
            }
            return abs(number.doubleValue - own) <= abs(own) * 1e-15
        case .true: return theirs as? Bool == true
        case .false: return theirs as? Bool == false
        case .null: return theirs is NSNull
        }
    }
}
