import Glibc

/// How many dead letters there are, counted anew only when a file has changed; the command line changes them too.
struct DeadLetterCount {
    private struct Version: Equatable {
        let inode: UInt64
        let size: Int
        let seconds: Int
        let nanoseconds: Int
    }

    private var versions: [Version?] = []
    private var count = 0

    mutating func current(_ folder: Folder) -> Int {
        let now = [FileName.olderDeadLetters, FileName.deadLetters].map { name in
            folder.status(of: name).map {
                Version(
                    inode: UInt64($0.st_ino), size: Int($0.st_size), seconds: $0.st_mtim.tv_sec,
                    nanoseconds: $0.st_mtim.tv_nsec)
            }
        }
        if now != versions, let letters = try? DeadLetters(folder).all() {
            versions = now
            count = letters.count
        }
        return count
    }
}
