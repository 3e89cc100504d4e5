import CSystem
import Glibc

/// A system call that failed, for a person to read.
public struct SystemError: Error, Equatable, CustomStringConvertible, Sendable {
    /// What was attempted, such as `bind 127.0.0.1:80`.
    public let call: String
    /// The error number.
    public let errno: Int32

    /// What was attempted, with the current `errno` unless another one is given.
    public init(_ call: String, errno number: Int32 = Glibc.errno) {
        self.call = call
        self.errno = number
    }

    /// Whether the address belongs to another program.
    public var isAddressInUse: Bool { errno == EADDRINUSE }

    /// `bind 127.0.0.1:80: Permission denied`
    public var description: String { "\(call): \(String(cString: strerror(errno)))" }
}
