/// Takes out of URLs what may be secret: query, fragment, user and password, and the whole of `javascript:` and `data:`.
enum URLText {
    /// The text with its URLs stripped; nil if nothing had to go.
    ///
    /// - `scheme://…` anywhere loses `user:password@`, and all from the first `?` or `#` up to white space, `"`, `<` or `>`.
    /// - A text that starts with `/` or `?` is a relative URL, and so is one in a field named `page` or `url` if no white
    ///   space comes first: it is cut at the first `?` or `#`, to its end.
    /// - A word that holds `?` or `#` and then `=`, such as `index.html?key=…`, is taken for a URL as well.
    /// - Behind `javascript:`, `vbscript:` and `data:` nothing stays.
    static func stripped(_ text: UnsafeBufferPointer<UInt8>, isURL: Bool) -> [UInt8]? {
        var stripper = URLStripper(text: text)
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
    /// Nothing behind this place is looked at or kept.
    private var end: Int
    private var position = 0
    private var output: [UInt8] = []
    private var copied = 0

    init(text: UnsafeBufferPointer<UInt8>) {
        self.text = text
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
            if let cut = firstCut(from: host, to: authority ?? wordEnd, isEncoded: true) { return remove(cut, wordEnd) }
        }
        guard !isURL, let cut = firstCut(from: start, to: wordEnd, isEncoded: false) else { return }
        if text[cut..<wordEnd].contains(UInt8(ascii: "=")) { remove(cut, wordEnd) }
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
