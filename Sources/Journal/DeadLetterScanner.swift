/// Reads the fixed beginning of a dead letter's line, which this module wrote itself.
struct DeadLetterScanner {
    private let line: [UInt8]
    private var place = 0

    init(_ line: [UInt8]) { self.line = line }

    mutating func skip(_ text: String) -> Bool {
        guard line[place...].starts(with: text.utf8) else { return false }
        place += text.utf8.count
        return true
    }

    mutating func number() -> Int64? {
        let digits = line[place...].prefix { $0 >= 48 && $0 <= 57 || $0 == UInt8(ascii: "-") }
        place += digits.count
        return Int64(String(decoding: digits, as: UTF8.self))
    }

    /// A string with the escapes that `DeadLetter` writes.
    mutating func string() -> String? {
        guard skip("\"") else { return nil }
        var text: [UInt8] = []
        while place < line.count {
            let byte = line[place]
            place += 1
            if byte == UInt8(ascii: "\"") { return String(decoding: text, as: UTF8.self) }
            if byte != UInt8(ascii: "\\") {
                text.append(byte)
            } else if skip("u00") {
                guard place + 2 <= line.count, let high = line[place].hexValue,
                    let low = line[place + 1].hexValue
                else { return nil }
                text.append(high << 4 | low)
                place += 2
            } else if place < line.count {
                text.append(line[place])
                place += 1
            }
        }
        return nil
    }

    /// Everything up to the end of the line, which is to be `ending`.
    mutating func rest(before ending: String) -> [UInt8]? {
        let rest = line[place...]
        guard rest.count >= ending.utf8.count, rest.suffix(ending.utf8.count).elementsEqual(ending.utf8) else {
            return nil
        }
        place = line.count
        return Array(rest.dropLast(ending.utf8.count))
    }
}
