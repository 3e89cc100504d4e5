import Glibc

/// The words of the command line.
enum Arguments {
    /// Arguments beyond this number are not looked for.
    private static let maxCount = 65_536

    /// The words after the program's name.
    ///
    /// Swift reads them from /proc, and finds none where that is not mounted, as in some sandboxes. They are in memory
    /// as well: the kernel puts the count, the arguments, a null and the environment one after the other (System V
    /// ABI, "Initial Process Stack"). Call it before anything changes the environment, which moves it.
    static var words: [String] {
        let known = CommandLine.arguments
        return Array((known.isEmpty ? words(before: environ) : known).dropFirst())
    }

    private static func words(before environment: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> [String] {
        let end = environment - 1
        for count in 1...maxCount {
            let first = end - count
            guard first.pointee != nil else { return [] }
            // What precedes the first argument is their count, which no address can be.
            guard UInt(bitPattern: (first - 1).pointee) == UInt(count) else { continue }
            return (0..<count).compactMap { first[$0].map { String(cString: $0) } }
        }
        return []
    }
}
