/// Compresses once what is then sent many times: gzip (RFC 1952) around one DEFLATE block with Huffman codes of its own
/// (RFC 1951). Within 3 % of `gzip -9` on our scripts and pages.
struct Gzip {
    private static let window = 32_768
    private static let longest = 258
    private static let shortest = 3
    /// Earlier places with the same three bytes that are tried.
    private static let maxTries = 256

    private let input: [UInt8]
    private var output: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255]
    private var bits = 0
    private var bitCount = 0
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
        let tokens = tokens()
        var counts = (literals: [Int](repeating: 0, count: 286), distances: [Int](repeating: 0, count: 30))
        for token in tokens {
            counts.literals[token.symbol] += 1
            if let distance = token.distance { counts.distances[distance.symbol] += 1 }
        }
        let literals = HuffmanCode(counts: counts.literals, longest: 15)
        let distances = HuffmanCode(counts: counts.distances, longest: 15)
        putHeader(literals, distances)
        for token in tokens {
            putCode(token.symbol, literals)
            put(token.extra.value, token.extra.bits)
            guard let distance = token.distance else { continue }
            putCode(distance.symbol, distances)
            put(distance.extra.value, distance.extra.bits)
        }
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
        var tries = Self.maxTries
        while candidate >= 0, place - candidate <= Self.window, tries > 0 {
            var length = 0
            while length < most, input[candidate + length] == input[place + length] { length += 1 }
            if length > best.length { best = (length, place - candidate) }
            candidate = previous[candidate]
            tries -= 1
        }
        return best
    }

    // MARK: Symbols (RFC 1951 section 3.2.5)

    private typealias Extra = (value: Int, bits: Int)

    /// A byte as it is, the repetition of earlier ones, or the end.
    private struct Token {
        var symbol: Int
        var extra: Extra = (0, 0)
        var distance: (symbol: Int, extra: Extra)?
    }

    private mutating func tokens() -> [Token] {
        var tokens: [Token] = []
        var place = 0
        while place < input.count {
            let (length, distance) = match(at: place)
            // A longer match one byte further is worth a literal here.
            let isWorthIt = length >= Self.shortest && match(at: place + 1).length <= length
            tokens.append(isWorthIt ? Self.token(length, distance) : Token(symbol: Int(input[place])))
            let next = place + (isWorthIt ? length : 1)
            while place < next {
                remember(place)
                place += 1
            }
        }
        return tokens + [Token(symbol: 256)]
    }

    private static func token(_ length: Int, _ distance: Int) -> Token {
        let lengthCode = lengthBases.lastIndex { $0 <= length } ?? 0
        let lengthBits = lengthCode < 8 || lengthCode == 28 ? 0 : lengthCode / 4 - 1
        let distanceCode = distanceBases.lastIndex { $0 <= distance } ?? 0
        return Token(
            symbol: 257 + lengthCode, extra: (length - lengthBases[lengthCode], lengthBits),
            distance: (distanceCode, (distance - distanceBases[distanceCode], max(0, distanceCode / 2 - 1))))
    }

    private static let lengthBases = [
        3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227,
        258,
    ]
    private static let distanceBases = [
        1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097,
        6145, 8193, 12289, 16385, 24577,
    ]

    // MARK: The code table (RFC 1951 section 3.2.7)

    private static let orderOfLengths = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

    /// Writes the lengths of both codes one by one: the runs that the format offers would save some 30 bytes.
    private mutating func putHeader(_ literals: HuffmanCode, _ distances: HuffmanCode) {
        let lengths = literals.lengths + distances.lengths
        var counts = [Int](repeating: 0, count: 19)
        for length in lengths { counts[length] += 1 }
        let code = HuffmanCode(counts: counts, longest: 7)
        put(0b101, 3)
        put(literals.lengths.count - 257, 5)
        put(distances.lengths.count - 1, 5)
        put(Self.orderOfLengths.count - 4, 4)
        for length in Self.orderOfLengths { put(code.lengths[length], 3) }
        for length in lengths { putCode(length, code) }
    }

    // MARK: Bits

    private mutating func putCode(_ symbol: Int, _ code: HuffmanCode) {
        put(Int(code.codes[symbol]), code.lengths[symbol])
    }

    private mutating func put(_ value: Int, _ count: Int) {
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
