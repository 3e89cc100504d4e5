import CSystem
import Glibc

/// A stream socket that never blocks.
public struct Socket: Sendable {
    /// What came of a read or write.
    public enum Transfer: Equatable, Sendable {
        /// So many bytes went over.
        case bytes(Int)
        /// Nothing now: wait until the loop says it is ready.
        case wouldBlock
        /// The other side has closed, in order or not.
        case closed
    }

    /// The file descriptor; this value's owner closes it.
    public let descriptor: Int32

    /// Wraps an open descriptor.
    public init(descriptor: Int32) { self.descriptor = descriptor }

    /// Reads what is there, up to the size of `buffer`.
    public func receive(into buffer: UnsafeMutableRawBufferPointer) -> Transfer {
        result(recv(descriptor, buffer.baseAddress, buffer.count, 0), zeroMeansClosed: true)
    }

    /// Writes as much as there is room for.
    public func send(_ bytes: UnsafeRawBufferPointer) -> Transfer {
        result(Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL)), zeroMeansClosed: false)
    }

    /// Says that no more will be sent, so that the last answer arrives before the close.
    public func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Closes it; with `abort`, by a reset that frees the kernel's memory at once.
    public func close(abort: Bool = false) {
        if abort {
            var linger = linger(l_onoff: 1, l_linger: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
        }
        Glibc.close(descriptor)
    }

    private func result(_ count: Int, zeroMeansClosed: Bool) -> Transfer {
        if count > 0 || count == 0 && !zeroMeansClosed { return .bytes(count) }
        if count < 0 && (errno == EAGAIN || errno == EINTR) { return .wouldBlock }
        return .closed
    }
}
