import CSystem
import Glibc

/// Signals as events of a loop. They are blocked for the whole process, so it must be made before any thread starts.
public final class Signals: EventSource {
    private let descriptor: Int32
    private let received: (Int32) -> Void

    /// Calls `received` on the loop's thread for each of `numbers`.
    public init(_ numbers: [Int32], loop: EventLoop, received: @escaping (Int32) -> Void) throws(SystemError) {
        var set = sigset_t()
        sigemptyset(&set)
        for number in numbers { sigaddset(&set, number) }
        pthread_sigmask(SIG_BLOCK, &set, nil)
        descriptor = signalfd(-1, &set, Int32(SFD_NONBLOCK | SFD_CLOEXEC))
        guard descriptor >= 0 else { throw SystemError("signalfd") }
        self.received = received
        try loop.add(descriptor, for: .read, source: self)
    }

    deinit { close(descriptor) }

    /// Called by the loop.
    public func ready(_ readiness: Readiness) {
        var info = signalfd_siginfo()
        while read(descriptor, &info, MemoryLayout<signalfd_siginfo>.size) == MemoryLayout<signalfd_siginfo>.size {
            received(Int32(info.ssi_signo))
        }
    }
}
