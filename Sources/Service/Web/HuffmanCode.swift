/// A Huffman code for symbols that occur so often, in the canonical form of RFC 1951 section 3.2.2.
struct HuffmanCode {
    /// Bits of each symbol's code; 0 for a symbol that does not occur.
    let lengths: [Int]
    /// Each symbol's code, its first bit the lowest.
    let codes: [UInt32]

    /// The shortest code whose lengths are within `longest`.
    init(counts: [Int], longest: Int) {
        var counts = counts
        // Decoders want at least two codes.
        for symbol in [0, 1] where counts.count(where: { $0 > 0 }) < 2 { counts[symbol] = max(1, counts[symbol]) }
        var lengths = Self.lengths(counts)
        // Flatter counts give a flatter tree: rarely needed, and never far from the best.
        while lengths.contains(where: { $0 > longest }) {
            counts = counts.map { $0 == 0 ? 0 : $0 / 2 + 1 }
            lengths = Self.lengths(counts)
        }
        self.lengths = lengths
        codes = Self.codes(lengths)
    }

    private static func lengths(_ counts: [Int]) -> [Int] {
        var lengths = [Int](repeating: 0, count: counts.count)
        var trees = counts.indices.filter { counts[$0] > 0 }.map { (weight: counts[$0], symbols: [$0]) }
        while trees.count > 1 {
            trees.sort { $0.weight > $1.weight }
            let (one, other) = (trees.removeLast(), trees.removeLast())
            let symbols = one.symbols + other.symbols
            for symbol in symbols { lengths[symbol] += 1 }
            trees.append((one.weight + other.weight, symbols))
        }
        return lengths
    }

    private static func codes(_ lengths: [Int]) -> [UInt32] {
        var codes = [UInt32](repeating: 0, count: lengths.count)
        var code: UInt32 = 0
        for length in 1...15 {
            for symbol in lengths.indices where lengths[symbol] == length {
                codes[symbol] = code.reversed(length)
                code += 1
            }
            code <<= 1
        }
        return codes
    }
}

extension UInt32 {
    fileprivate func reversed(_ count: Int) -> UInt32 {
        (0..<count).reduce(0) { $0 | (self >> UInt32($1) & 1) << UInt32(count - 1 - $1) }
    }
}
