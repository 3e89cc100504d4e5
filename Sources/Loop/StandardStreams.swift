import Glibc

/// Standard input, output and error: the descriptors 0 to 2.
public enum StandardStreams {
    /// Opens `/dev/null` for each of them that is closed; call before anything else opens a descriptor.
    ///
    /// A program may be started with closed standard streams. The next descriptor that it opens then gets the number of
    /// one of them, and whatever is written to that stream, such as the log, goes into a socket or an eventfd.
    public static func reserve() {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
            // open(2) takes the lowest free number. Those below it are open, so it is this one.
            _ = open("/dev/null", O_RDWR)
        }
    }
}
