import CSystem
import Glibc

/// A thread with a name, for one worker.
public final class Thread: @unchecked Sendable {
    // Unchecked: the handle is written once, before anybody else sees the object.
    private var handle = pthread_t()

    /// Starts `body` on a new thread.
    public init(name: String, body: @escaping @Sendable () -> Void) throws(SystemError) {
        let box = Unmanaged.passRetained(Box(body: body))
        let failure = pthread_create(
            &handle, nil,
            { pointer in
                // Optional on some platforms only, hence the bridge.
                let argument: UnsafeMutableRawPointer? = pointer
                if let argument { Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body() }
                return nil
            }, box.toOpaque())
        guard failure == 0 else {
            box.release()
            throw SystemError("pthread_create", errno: failure)
        }
        pthread_setname_np(handle, String(name.prefix(15)))
    }

    /// Waits until the body has returned.
    public func join() { pthread_join(handle, nil) }

    /// Lets the thread end by itself.
    public func detach() { pthread_detach(handle) }

    private final class Box: Sendable {
        let body: @Sendable () -> Void
        init(body: @escaping @Sendable () -> Void) { self.body = body }
    }
}
