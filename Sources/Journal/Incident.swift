import Glibc

extension Journal {
    /// Something that the journal met and dealt with, for the log.
    public enum Incident: Equatable, CustomStringConvertible, Sendable {
        /// The process died in the middle of writing a record that was never acknowledged.
        case tornRecordCut(file: String, bytes: Int)
        /// Damaged bytes were copied to a file of their own; the records around them are not affected.
        case damagedSetAside(file: String, offset: Int, bytes: Int, keptAs: String)
        /// Damaged bytes could not be copied, or there are too many of them already.
        case damagedNotKept(file: String, offset: Int, bytes: Int)
        /// The note of what was applied could not be used: what is in the journal is applied once more.
        case checkpointUnusable(file: String)
        /// A segment is not written to any more, because the disk failed in the middle of it.
        case segmentClosed(file: String, reason: String)
        /// A segment with records that were not applied yet is gone.
        case segmentMissing(file: String)
        /// Somebody deleted the segment in use; what was in it was written to a new one.
        case segmentRescued(file: String, count: Int)
        /// A segment that was applied is still there; it is deleted at the next start.
        case segmentNotDeleted(file: String, errno: Int32)

        /// Whether something that may have been acknowledged is lost.
        public var isLoss: Bool {
            switch self {
            case .damagedSetAside, .damagedNotKept, .segmentMissing: true
            case .tornRecordCut, .checkpointUnusable, .segmentClosed, .segmentRescued, .segmentNotDeleted: false
            }
        }

        /// One sentence.
        public var description: String {
            switch self {
            case .tornRecordCut(let file, let bytes):
                "\(file): cut off a record that was never finished (\(bytes) bytes)"
            case .damagedSetAside(let file, let offset, let bytes, let keptAs):
                "\(file): \(bytes) bytes at \(offset) are damaged; kept as \(keptAs), the rest goes on"
            case .damagedNotKept(let file, let offset, let bytes):
                "\(file): \(bytes) bytes at \(offset) are damaged and could not be set aside; the rest goes on"
            case .checkpointUnusable(let file):
                "\(file): unusable; what is in the journal is applied once more, which changes nothing"
            case .segmentClosed(let file, let reason):
                "\(file): closed after a failure of the disk, a new one follows (\(reason))"
            case .segmentMissing(let file):
                "\(file): somebody deleted it; what was in it is lost"
            case .segmentRescued(let file, let count):
                "\(file): somebody deleted it; \(count) events of it were written again"
            case .segmentNotDeleted(let file, let errno):
                "\(file): applied, but cannot be deleted (\(String(cString: strerror(errno))))"
            }
        }
    }
}
