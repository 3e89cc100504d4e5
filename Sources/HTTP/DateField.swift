/// The Date field of the present second (RFC 9110 section 6.6.1), and the beginning of the most usual answer with it:
/// made once a second, not once for each answer.
public struct DateField: Sendable {
    /// The value of the field.
    let value: [UInt8]
    /// The head of a 200 with JSON, up to the end of its Content-Type.
    let usualHead: [UInt8]

    /// The field at `epochSeconds` after 1970-01-01 00:00 UTC.
    public init(epochSeconds: Int) {
        value = IMFDate(epochSeconds: epochSeconds).bytes
        usualHead = Response.usualHead(date: value)
    }
}
