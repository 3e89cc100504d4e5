import Foundation

/// A folder that is gone when the test is over. Its path is short, since a socket's path has 107 bytes at most.
public final class TemporaryFolder: Sendable {
    /// The full path, with no slash at the end.
    public let path: String

    /// Makes a new, empty folder.
    public init() throws {
        var template = Array((NSTemporaryDirectory() as NSString).appendingPathComponent("crmsync-XXXXXX").utf8CString)
        guard let made = mkdtemp(&template) else {
            throw Failure("no temporary folder: \(String(cString: strerror(errno)))")
        }
        path = String(cString: made)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// The path of a file in the folder.
    public func file(_ name: String) -> String { "\(path)/\(name)" }
}
