/// Finds environment variables that are meant to be a setting and are none.
package enum Misspelling {
    /// The setting that `name` resembles; `nil` for one that is spelled right, and for the many variables of others.
    ///
    /// Case, `_` and `-` do not count. Beyond that one letter may be missing, added, wrong or swapped with the next in
    /// a name of at least 6 letters, and two in one of at least 11: shorter names are other programs' too easily.
    static func setting(meantBy name: String) -> String? {
        guard !Settings.names.contains(name), name.utf8.count <= maxLength else { return nil }
        let letters = normalized(name)
        return Settings.names.sorted().first { setting in
            let meant = normalized(setting)
            let maxDistance = meant.count >= 11 ? 2 : meant.count >= 6 ? 1 : 0
            guard abs(meant.count - letters.count) <= maxDistance else { return false }
            return distance(letters, meant) <= maxDistance
        }
    }

    private static let maxLength = 64

    private static func normalized(_ name: String) -> [UInt8] {
        name.uppercased().utf8.filter { $0 != UInt8(ascii: "_") && $0 != UInt8(ascii: "-") }
    }

    /// How many letters have to be inserted, deleted, replaced, or swapped with their neighbour.
    package static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var rows = [Array(0...right.count)]
        for (row, letter) in left.enumerated() {
            var next = [row + 1]
            for (column, other) in right.enumerated() {
                var best = min(
                    next[column] + 1, rows[row][column + 1] + 1, rows[row][column] + (letter == other ? 0 : 1))
                if row > 0, column > 0, letter == right[column - 1], left[row - 1] == other {
                    best = min(best, rows[row - 1][column - 1] + 1)
                }
                next.append(best)
            }
            rows.append(next)
        }
        return rows[left.count][right.count]
    }
}
