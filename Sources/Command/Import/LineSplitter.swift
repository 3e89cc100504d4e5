/// Cuts what is read into lines, none longer than allowed.
struct LineSplitter {
    /// One line, without its end.
    struct Line {
        /// Its number, from 1 on.
        let number: Int
        /// `nil` for a line that is too long.
        let text: [UInt8]?
        /// Where the next line begins, in bytes from the beginning.
        let end: Int
        /// Whether the file ends with it, and no line end follows.
        let isLast: Bool
    }

    private let most: Int
    private var buffer: [UInt8] = []
    private var start = 0
    /// How much of the buffer has no line end in it.
    private var searched = 0
    private var number: Int
    private var offset: Int
    private var dropped = 0
    private var isTooLong = false

    /// Begins behind so many lines and bytes.
    init(longest: Int, lines: Int, offset: Int) {
        most = longest
        number = lines
        self.offset = offset
    }

    /// Adds what was read.
    mutating func add(_ bytes: [UInt8]) {
        if start > 0 {
            buffer.removeFirst(start)
            searched -= start
            start = 0
        }
        buffer += bytes
    }

    /// The next whole line.
    mutating func next() -> Line? {
        guard let end = buffer[searched...].firstIndex(of: 10) else {
            searched = buffer.count
            if buffer.count - start > most { drop() }
            return nil
        }
        defer { searched = start }
        return take(upTo: end, skipping: 1, isLast: false)
    }

    /// What stands behind the last line end; at the end of the file.
    mutating func rest() -> Line? {
        guard dropped > 0 || start < buffer.count else { return nil }
        return take(upTo: buffer.count, skipping: 0, isLast: true)
    }

    /// Too long already: what was read of it need not be kept.
    private mutating func drop() {
        isTooLong = true
        dropped += buffer.count - start
        buffer = []
        start = 0
        searched = 0
    }

    private mutating func take(upTo end: Int, skipping more: Int, isLast: Bool) -> Line {
        let count = end - start
        let text = isTooLong || count > most ? nil : Array(buffer[start..<end])
        offset += dropped + count + more
        number += 1
        start = end + more
        dropped = 0
        isTooLong = false
        return Line(number: number, text: text, end: offset, isLast: isLast)
    }
}
