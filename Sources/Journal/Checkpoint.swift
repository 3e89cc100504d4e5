import CSystem
import Glibc

/// The note of what was applied: `crmsync-applied 1 <segment> <offset> <checksum>`, one line.
///
/// It is replaced by renaming and never synced. After a power failure it may be an older one, or empty: then some
/// records are applied once more, which their event ids make harmless. It is never ahead of what was applied.
enum Checkpoint {
    private static let title = "crmsync-applied 1"

    /// What the file says.
    enum Reading {
        case none
        case applied(Journal.Position)
        case unusable
    }

    static func read(_ folder: Folder) throws(JournalError) -> Reading {
        guard let bytes = try folder.contents(of: FileName.checkpoint) else { return .none }
        let parts = String(decoding: bytes, as: UTF8.self).split(separator: " ")
        guard parts.count == 5, let segment = Int(parts[2]), let offset = Int(parts[3]) else { return .unusable }
        let position = Journal.Position(segment: segment, offset: offset)
        return encode(position) == bytes ? .applied(position) : .unusable
    }

    static func write(_ position: Journal.Position, _ folder: Folder, _ calls: SystemCalls) throws(JournalError) {
        let draft = FileName.draft(of: FileName.checkpoint)
        let file = try folder.open(draft, O_WRONLY | O_CREAT | O_TRUNC, "create")
        let failure = calls.writeAll(encode(position), to: file, at: 0)
        close(file)
        if let failure { throw JournalError("write", folder.path(of: draft), errno: failure) }
        try folder.rename(draft, to: FileName.checkpoint)
    }

    private static func encode(_ position: Journal.Position) -> [UInt8] {
        let text = "\(title) \(position.segment) \(position.offset)"
        let checksum = Array(text.utf8).withUnsafeBytes { CRC32C.checksum($0) }
        return Array("\(text) \(checksum)\n".utf8)
    }
}
