import Glibc

/// A wall clock that a test makes wrong: `CRMSYNC_CLOCK_FILE` names a file that holds the milliseconds to add, read
/// anew each time.
///
/// Only a debug build reads that variable; in a release build there is nothing of this.
enum FalseClock {
    static var offset: Int64 {
        #if DEBUG
            guard let path else { return 0 }
            let file = open(path, O_RDONLY | O_CLOEXEC)
            guard file >= 0 else { return 0 }
            defer { close(file) }
            var bytes = [UInt8](repeating: 0, count: 24)
            let count = read(file, &bytes, bytes.count)
            let text = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
            return Int64(text.prefix { $0.isNumber || $0 == "-" }) ?? 0
        #else
            return 0
        #endif
    }

    #if DEBUG
        private static let path = getenv("CRMSYNC_CLOCK_FILE").map { String(cString: $0) }
    #endif
}
