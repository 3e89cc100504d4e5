import CSystem
import Glibc

/// Why the journal cannot do what it was asked for. The description is for the log: what is wrong and what to do.
public enum JournalError: Error, Equatable, CustomStringConvertible, Sendable {
    /// Another process (or another `Journal` of this one) has the folder.
    case locked(directory: String, pid: Int32?)
    /// The records on disk have reached `Options.maxBytes`.
    case full(limit: Int)
    /// One payload is longer than `Options.recordBytes`.
    case tooLarge(bytes: Int, limit: Int)
    /// The disk, the quota or the limit of the file's size is used up.
    case noSpace(DiskFailure)
    /// The disk is mounted read-only.
    case readOnly(DiskFailure)
    /// The user of this process may not do that here.
    case noPermission(DiskFailure)
    /// Anything else that the disk answered, first of all an input/output error.
    case disk(DiskFailure)
    /// A file in the folder was written by a newer version.
    case unsupportedVersion(file: String, version: UInt8)
    /// Somebody is rewriting the dead letters right now; nothing was written, try again later.
    case deadLettersBusy(directory: String)
    /// The dead letters have reached twice `Options.deadLetterBytes`; nothing was written.
    case deadLettersFull(directory: String, limit: Int)
    /// The folder is no longer at its path: it was removed, moved, or another one is there.
    case folderMissing(directory: String)
    /// `close()` was called before.
    case closed

    /// A short name for fields of the log and labels of metrics.
    public var code: String {
        switch self {
        case .locked: "journal_locked"
        case .full: "journal_full"
        case .tooLarge: "journal_record_too_large"
        case .noSpace: "journal_no_space"
        case .readOnly: "journal_read_only"
        case .noPermission: "journal_no_permission"
        case .disk: "journal_disk_failed"
        case .unsupportedVersion: "journal_unsupported_version"
        case .deadLettersBusy: "journal_dead_letters_busy"
        case .deadLettersFull: "journal_dead_letters_full"
        case .folderMissing: "journal_folder_missing"
        case .closed: "journal_closed"
        }
    }

    /// What is wrong and what to do.
    public var description: String {
        switch self {
        case .locked(let directory, let pid):
            "journal folder \(directory) is in use by \(pid.map { "process \($0)" } ?? "another process"): "
                + "stop that one, or give this one a JOURNAL_DIR of its own"
        case .full(let limit):
            "the journal is full (\(limit) bytes): bring Redis back, or raise JOURNAL_MAX_BYTES"
        case .tooLarge(let bytes, let limit):
            "an event of \(bytes) bytes is too large for the journal (\(limit)): lower MAX_BODY_BYTES"
        case .noSpace(let failure): "\(failure): free space on that disk, or set JOURNAL_DIR to another one"
        case .readOnly(let failure): "\(failure): mount it writable, or set JOURNAL_DIR to another disk"
        case .noPermission(let failure):
            "\(failure): give the user of this service read and write access to the folder, or set JOURNAL_DIR"
        case .disk(let failure): "\(failure): check the disk, or set JOURNAL_DIR to another one"
        case .unsupportedVersion(let file, let version):
            "\(file) was written by a newer crmsync (format \(version)): run that version until the journal is empty"
        case .deadLettersBusy(let directory): "the dead letters in \(directory) are being rewritten: try again"
        case .deadLettersFull(let directory, let limit):
            "the dead letters in \(directory) are full (\(limit) bytes), and none is dropped by itself: mend the cause, then "
                + "crmsync journal retry, or crmsync journal drop"
        case .folderMissing(let directory):
            "the folder \(directory) was removed or replaced while it was in use: put it back, or make it anew"
        case .closed: "the journal is closed"
        }
    }

    init(_ action: String, _ path: String, errno number: Int32) {
        let failure = DiskFailure(action: action, path: path, errno: number)
        switch number {
        // A limit on the size of files is a quota by another name.
        case ENOSPC, EDQUOT, EFBIG: self = .noSpace(failure)
        case EROFS: self = .readOnly(failure)
        case EACCES, EPERM: self = .noPermission(failure)
        default: self = .disk(failure)
        }
    }
}

/// A system call on a file that failed.
public struct DiskFailure: Equatable, CustomStringConvertible, Sendable {
    /// What was attempted: `write`, `sync`, `create` …
    public let action: String
    /// The file or folder.
    public let path: String
    /// The error number.
    public let errno: Int32

    /// `cannot write …/segment-000000000001: No space left on device`
    public var description: String { "cannot \(action) \(path): \(String(cString: strerror(errno)))" }
}
