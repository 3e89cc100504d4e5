// Writing into a growing text. These copy whole runs of bytes; appending a `String.UTF8View` goes a slower way.

extension [UInt8] {
    /// Appends the bytes of `literal`.
    @inlinable public mutating func append(_ literal: StaticString) {
        literal.withUTF8Buffer { append(contentsOf: $0) }
    }

    /// Appends the bytes of `text`.
    @inlinable public mutating func append(text: String) {
        text.utf8.span.withUnsafeBufferPointer { append(contentsOf: $0) }
    }

    /// Appends the decimal digits of a number that is not negative.
    @inlinable public mutating func append(decimal number: Int) {
        if number > 9 { append(decimal: number / 10) }
        append(.zero + UInt8(number % 10))
    }
}
