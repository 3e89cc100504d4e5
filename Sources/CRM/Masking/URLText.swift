import Text

/// Takes out of URLs what may be secret: query, fragment, user and password, and the whole of `javascript:` and
/// `data:`.
enum URLText {
    /// The text with its URLs stripped; nil if nothing had to go.
    ///
    /// - `scheme://…` anywhere loses `user:password@`, and all from the first `?` or `#` up to white space, `"`, `<` or
    ///   `>`.
    /// - A text that starts with `/` or `?` is a relative URL, and so is one in a field named `page` or `url` if no
    ///   white space comes first: it is cut at the first `?` or `#`, to its end.
    /// - A word that holds `?` or `#` and then `=`, such as `index.html?key=…`, is taken for a URL as well.
    /// - A URL loses `;name=value` in its path, which some servers put the session into; `;jsessionid=` goes
    ///   everywhere.
    /// - Behind `javascript:`, `vbscript:` and `data:` nothing stays.
    static func stripped(_ text: UnsafeBufferPointer<UInt8>, isURL: Bool) -> [UInt8]? {
        guard var result = strippedOnce(text, isURL: isURL) else { return nil }
        // What is left may read as a URL only now. A text whose every word hides another is cut short in the end.
        for _ in 0..<maxPasses {
            let again = result.withUnsafeBufferPointer { strippedOnce($0, isURL: isURL) }
            guard let again else { return result }
            result = again
        }
        return []
    }

    private static let maxPasses = 16

    private static func strippedOnce(_ text: UnsafeBufferPointer<UInt8>, isURL: Bool) -> [UInt8]? {
        var stripper = URLStripper(text: text, isURL: isURL)
        if isURL || isRelative(text) { stripper.stripWhole(isNamedURL: isURL) }
        while stripper.stripWord() {}
        return stripper.result
    }

    private static func isRelative(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        let first = text.first { !$0.isBlank }
        return first == .slash || first == UInt8(ascii: "?")
    }
}

/// Goes through a text word by word, and copies what stays.
private struct URLStripper {
    private let text: UnsafeBufferPointer<UInt8>
    private let isURL: Bool
    /// Nothing behind this place is looked at or kept.
    private var end: Int
    private var position = 0
    private var output: [UInt8] = []
    private var copied = 0

    init(text: UnsafeBufferPointer<UInt8>, isURL: Bool) {
        self.text = text
        self.isURL = isURL
        end = text.count
    }

    var result: [UInt8]? {
        guard copied > 0 || end < text.count else { return nil }
        return output + text[copied..<end]
    }

    /// Treats the whole text as one URL.
    mutating func stripWhole(isNamedURL: Bool) {
        guard let cut = firstCut(from: 0, to: end, isEncoded: true) else { return }
        // `What is new? Cars` in `page_title` is a sentence.
        let start = text.firstIndex { !$0.isBlank } ?? 0
        if isNamedURL, text[start] != .slash, text[start..<cut].contains(where: \.isBlank) { return }
        end = cut
    }

    /// Strips the next word; false at the end of the text.
    mutating func stripWord() -> Bool {
        while position < end, text[position].endsWord { position += 1 }
        guard position < end else { return false }
        let start = position
        while position < end, !text[position].endsWord { position += 1 }
        guard let colon = scriptColon(from: start, to: position) else {
            stripURL(from: start, to: position)
            return true
        }
        end = colon + 1
        stripURL(from: start, to: end)
        return false
    }

    private mutating func stripURL(from start: Int, to wordEnd: Int) {
        let isSchemeless = wordEnd - start > 2 && text[start] == .slash && text[start + 1] == .slash
        var authority = isSchemeless ? start + 2 : authorityStart(from: start, to: wordEnd)
        let isURL = authority != nil
        // A word may hold several URLs; the first `?` takes all that follow with it.
        while let current = authority {
            let host = stripUser(from: current, to: wordEnd)
            authority = authorityStart(from: host, to: wordEnd)
            let cut = firstCut(from: host, to: authority ?? wordEnd, isEncoded: true)
            stripParameters(from: host, to: cut ?? authority ?? wordEnd, sessionsOnly: false)
            if let cut { return remove(cut, wordEnd) }
        }
        guard !isURL else { return }
        var cut = firstCut(from: start, to: wordEnd, isEncoded: false)
        if let place = cut, !text[place..<wordEnd].contains(UInt8(ascii: "=")) { cut = nil }
        stripParameters(from: start, to: cut ?? wordEnd, sessionsOnly: !self.isURL && text[start] != .slash)
        if let cut { remove(cut, wordEnd) }
    }

    /// Removes `;name=value` (RFC 3986 section 3.3), also with the semicolon encoded.
    private mutating func stripParameters(from start: Int, to limit: Int, sessionsOnly: Bool) {
        var index = start
        while index < limit {
            guard let width = semicolonWidth(at: index, limit) else {
                index += 1
                continue
            }
            var stop = index + width
            while stop < limit, text[stop] != .slash, semicolonWidth(at: stop, limit) == nil { stop += 1 }
            let parameter = UnsafeBufferPointer(rebasing: text[index + width..<stop])
            if parameter.contains(UInt8(ascii: "=")), !sessionsOnly || parameter.begins(with: "jsessionid=") {
                // What is left must not come together as `://`.
                if text[start..<index].suffix(2).contains(.colon) { return remove(index, limit) }
                remove(index, stop)
            }
            index = stop
        }
    }

    private func semicolonWidth(at index: Int, _ limit: Int) -> Int? {
        if text[index] == UInt8(ascii: ";") { return 1 }
        guard text[index] == UInt8(ascii: "%"), index + 2 < limit else { return nil }
        return text[index + 1] == UInt8(ascii: "3") && text[index + 2].lowercased == UInt8(ascii: "b") ? 3 : nil
    }

    /// Removes `user:password@` and returns where the host starts; an `@` behind the first slash belongs to the path.
    private mutating func stripUser(from start: Int, to limit: Int) -> Int {
        var host = start
        for index in start..<limit {
            let byte = text[index]
            // `%3F` does not end it: that is how a password with a question mark is written.
            if byte == .slash || byte == .backslash || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#") { break }
            if byte == UInt8(ascii: "@") { host = index + 1 }
        }
        if host > start { remove(start, host) }
        return host
    }

    private mutating func remove(_ start: Int, _ stop: Int) {
        output.append(contentsOf: text[copied..<start])
        copied = stop
    }

    /// The place behind the next `://`.
    private func authorityStart(from start: Int, to limit: Int) -> Int? {
        for index in stride(from: start, through: limit - 3, by: 1) where text[index] == .colon {
            if text[index + 1] == .slash, text[index + 2] == .slash { return index + 3 }
        }
        return nil
    }

    /// The first `?` or `#`, or `%3F` or `%23`: a URL that was encoded to be carried in another.
    private func firstCut(from start: Int, to limit: Int, isEncoded: Bool) -> Int? {
        for index in start..<limit {
            if text[index] == UInt8(ascii: "?") || text[index] == UInt8(ascii: "#") { return index }
            guard isEncoded, text[index] == UInt8(ascii: "%"), index + 2 < limit else { continue }
            let (high, low) = (text[index + 1], text[index + 2].lowercased)
            if high == UInt8(ascii: "3"), low == UInt8(ascii: "f") { return index }
            if high == UInt8(ascii: "2"), low == UInt8(ascii: "3") { return index }
        }
        return nil
    }

    /// The colon of `javascript:`, `vbscript:` or `data:`, if the word goes on behind it.
    private func scriptColon(from start: Int, to limit: Int) -> Int? {
        for index in start..<limit where text[index] == .colon {
            guard index + 1 < limit else { return nil }
            for scheme: StaticString in ["javascript", "vbscript", "data"] {
                let begin = index - scheme.utf8CodeUnitCount
                guard begin >= start, begin == start || !text[begin - 1].isName else { continue }
                let isSame = (begin..<index).allSatisfy { text[$0].lowercased == scheme.utf8Start[$0 - begin] }
                if isSame { return index }
            }
        }
        return nil
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Whether it begins so, in either case.
    fileprivate func begins(with text: StaticString) -> Bool {
        guard count >= text.utf8CodeUnitCount else { return false }
        return (0..<text.utf8CodeUnitCount).allSatisfy { self[$0].lowercased == text.utf8Start[$0] }
    }
}

extension UInt8 {
    /// What cannot stand in a URL: browsers encode it, so a URL is over here.
    fileprivate var endsWord: Bool {
        isBlank || self == .quote || self == UInt8(ascii: "<") || self == UInt8(ascii: ">")
    }

    /// What makes `metadata:` and `form-data:` other words.
    fileprivate var isName: Bool {
        isLetter || self == .minus || self == .dot || self == UInt8(ascii: "_")
    }
}
