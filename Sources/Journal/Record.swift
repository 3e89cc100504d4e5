extension Journal {
    /// What is to be kept.
    public struct NewRecord: Sendable {
        /// When the event reached us, in epoch milliseconds.
        public let receivedAt: Int64
        /// Belongs to the caller.
        public let flags: UInt8
        /// Belongs to the caller; at most `Options.recordBytes`.
        public let payload: [UInt8]

        /// What is to be kept.
        public init(receivedAt: Int64, flags: UInt8 = 0, payload: [UInt8]) {
            self.receivedAt = receivedAt
            self.flags = flags
            self.payload = payload
        }
    }

    /// What was kept.
    public struct Record: Equatable, Sendable {
        /// Where it is: read on after it, or mark everything up to and including it as applied.
        public let position: Position
        /// When the event reached us, in epoch milliseconds.
        public let receivedAt: Int64
        /// As given to `append`.
        public let flags: UInt8
        /// As given to `append`.
        public let payload: [UInt8]
    }

    /// The point right behind one record. Later records have greater positions, also after a restart, and no
    /// position is ever used again.
    public struct Position: Comparable, Hashable, CustomStringConvertible, Sendable {
        let segment: Int
        let offset: Int

        /// Before everything.
        static let start = Position(segment: 0, offset: 0)

        /// By segment, then by place in it.
        public static func < (left: Position, right: Position) -> Bool {
            (left.segment, left.offset) < (right.segment, right.offset)
        }

        /// `3:4711`, for the log.
        public var description: String { "\(segment):\(offset)" }
    }
}
