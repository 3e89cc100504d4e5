/// The fields of one object that may be kept, collected one member at a time.
struct FieldSelection {
    private(set) var fields: [KeptField] = []

    init() {
        fields.reserveCapacity(16)
    }

    /// Keeps a member, or drops it. A name that was kept before gives way in any case: its last value counts.
    mutating func take(_ member: JSONValue.Member) {
        let known = fields.firstIndex { $0.hasName(of: member.key) }
        guard known != nil || fields.count < BusinessData.maximumFields else { return }
        let kept = KeptField(member)
        switch (known, kept) {
        case (nil, let kept?): fields.append(kept)
        case (let index?, let kept?): fields[index] = kept
        case (let index?, nil): fields.remove(at: index)
        case (nil, nil): break
        }
    }
}

/// One member that passed, with its value as it was sent or as it was masked.
struct KeptField {
    private let key: JSONValue
    private let value: JSONValue
    /// The plain text that stands for a string that had to be changed.
    private let replacement: [UInt8]?

    /// Nil if the member has to be dropped.
    init?(_ member: JSONValue.Member) {
        key = member.key
        value = member.value
        switch value.kind {
        case .object, .array: return nil
        case .true, .false, .null, .number, .string: break
        }
        guard let name = key.withPlainText({ FieldName($0) }), !name.isSecret else { return nil }
        switch value.kind {
        case .string:
            switch value.withPlainText({ Masking.mask($0, named: name) }) {
            case .unchanged: replacement = nil
            case .changed(let text): replacement = text
            case .dropped: return nil
            }
        case .number:
            guard value.raw.count <= BusinessData.maximumNumberLength else { return nil }
            guard name.isPhone || !CardNumber.isCard(number: value.raw) else { return nil }
            replacement = nil
        case .object, .array, .true, .false, .null: replacement = nil
        }
    }

    func hasName(of other: JSONValue) -> Bool {
        if key.node.hasEscapes || other.node.hasEscapes {
            return key.withPlainText { one in other.withPlainText { one.equals($0) } }
        }
        return key.content.equals(other.content)
    }

    /// Appends the name in its shortest form, so that equal names are equal bytes.
    func appendName(to json: inout [UInt8]) {
        if key.node.hasEscapes {
            key.withPlainText { json.appendJSON(utf8: $0) }
        } else {
            json.append(contentsOf: key.raw)
        }
    }

    func appendValue(to json: inout [UInt8]) {
        if let replacement {
            replacement.withUnsafeBufferPointer { json.appendJSON(utf8: $0) }
        } else {
            json.append(contentsOf: value.raw)
        }
    }
}

extension JSONValue {
    /// Lends the unescaped bytes of a string.
    func withPlainText<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        let content = content
        guard node.hasEscapes else { return body(content) }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: content.count) { buffer in
            let length = JSONText.unescape(content, into: buffer)
            return body(UnsafeBufferPointer(rebasing: buffer[..<length]))
        }
    }
}
