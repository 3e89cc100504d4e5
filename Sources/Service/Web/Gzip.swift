/// Compresses once what is then sent many times: gzip (RFC 1952) around one DEFLATE block with the fixed Huffman codes
/// (RFC 1951 section 3.2.6), which spares the code tables and costs scripts and pages some 10 % of what zlib saves.
struct Gzip {
    private static let window = 32_768
    private static let longest = 258
    private static let shortest = 3
    /// Earlier places with the same three bytes that are tried.
    private static let mostTries = 256

    private let input: [UInt8]
    private var output: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255]
    private var bits: UInt32 = 0
    private var bitCount: UInt32 = 0
    /// The last place at which each hash of three bytes was seen, and for each place the one before it; -1 for none.
    private var last = [Int](repeating: -1, count: 1 << 13)
    private var previous: [Int]

    /// The gzip form of `bytes`.
    static func compress(_ bytes: [UInt8]) -> [UInt8] {
        var gzip = Gzip(input: bytes)
        return gzip.run()
    }

    private init(input: [UInt8]) {
        self.input = input
        previous = [Int](repeating: -1, count: input.count)
    }

    private mutating func run() -> [UInt8] {
        put(0b011, 3)
        var place = 0
        while place < input.count {
            let (length, distance) = match(at: place)
            // A longer match one byte further is worth a literal here.
            let isWorthIt = length >= Self.shortest && match(at: place + 1).length <= length
            if isWorthIt {
                putMatch(length: length, distance: distance)
            } else {
                putSymbol(Int(input[place]))
            }
            let next = place + (isWorthIt ? length : 1)
            while place < next {
                remember(place)
                place += 1
            }
        }
        putSymbol(256)
        put(0, (8 - bitCount) % 8)
        putLittleEndian(Self.crc32(input))
        putLittleEndian(UInt32(truncatingIfNeeded: input.count))
        return output
    }

    // MARK: Repetitions

    private func hash(_ place: Int) -> Int {
        let three = UInt32(input[place]) << 16 | UInt32(input[place + 1]) << 8 | UInt32(input[place + 2])
        return Int((three &* 0x9E37_79B1) >> 19)
    }

    private mutating func remember(_ place: Int) {
        guard place + Self.shortest <= input.count else { return }
        let hash = hash(place)
        previous[place] = last[hash]
        last[hash] = place
    }

    private func match(at place: Int) -> (length: Int, distance: Int) {
        guard place + Self.shortest <= input.count else { return (0, 0) }
        var best = (length: 0, distance: 0)
        let most = min(Self.longest, input.count - place)
        var candidate = last[hash(place)]
        var tries = Self.mostTries
        while candidate >= 0, place - candidate <= Self.window, tries > 0 {
            var length = 0
            while length < most, input[candidate + length] == input[place + length] { length += 1 }
            if length > best.length { best = (length, place - candidate) }
            candidate = previous[candidate]
            tries -= 1
        }
        return best
    }

    // MARK: Codes (RFC 1951 sections 3.2.5 and 3.2.6)

    private mutating func putMatch(length: Int, distance: Int) {
        let lengthCode = Self.lengthBases.lastIndex { $0 <= length } ?? 0
        putSymbol(257 + lengthCode)
        put(UInt32(length - Self.lengthBases[lengthCode]), Self.lengthExtraBits(lengthCode))
        let distanceCode = Self.distanceBases.lastIndex { $0 <= distance } ?? 0
        putCode(UInt32(distanceCode), 5)
        put(UInt32(distance - Self.distanceBases[distanceCode]), UInt32(max(0, distanceCode / 2 - 1)))
    }

    private mutating func putSymbol(_ symbol: Int) {
        let code = UInt32(symbol)
        switch symbol {
        case ...143: putCode(0x30 + code, 8)
        case ...255: putCode(0x190 + code - 144, 9)
        case ...279: putCode(code - 256, 7)
        default: putCode(0xc0 + code - 280, 8)
        }
    }

    private static let lengthBases = [
        3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227,
        258,
    ]
    private static let distanceBases = [
        1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097,
        6145,
        8193, 12289, 16385, 24577,
    ]

    private static func lengthExtraBits(_ code: Int) -> UInt32 { code < 8 || code == 28 ? 0 : UInt32(code / 4 - 1) }

    // MARK: Bits

    /// Huffman codes go out from their highest bit on, all else from the lowest (RFC 1951 section 3.1.1).
    private mutating func putCode(_ code: UInt32, _ count: UInt32) {
        var reversed: UInt32 = 0
        for bit in 0..<count where code >> bit & 1 == 1 { reversed |= 1 << (count - 1 - bit) }
        put(reversed, count)
    }

    private mutating func put(_ value: UInt32, _ count: UInt32) {
        bits |= value << bitCount
        bitCount += count
        while bitCount >= 8 {
            output.append(UInt8(truncatingIfNeeded: bits))
            bits >>= 8
            bitCount -= 8
        }
    }

    private mutating func putLittleEndian(_ value: UInt32) {
        for shift in [0, 8, 16, 24] { output.append(UInt8(truncatingIfNeeded: value >> UInt32(shift))) }
    }

    private static func crc32(_ bytes: [UInt8]) -> UInt32 {
        var crc: UInt32 = ~0
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
        }
        return ~crc
    }
}
