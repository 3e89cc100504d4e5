/// The fields of one object that may be kept, collected one member at a time.
struct FieldSelection {
    private(set) var fields: [KeptField] = []

    init() {
        fields.reserveCapacity(8)
    }

    /// Keeps a member, or drops it. A name that was kept before gives way in any case: its last value counts.
    mutating func take(key: JSONPiece, value: JSONPiece) {
        let known = fields.firstIndex { $0.key.isSameString(as: key) }
        guard known != nil || fields.count < BusinessData.maximumFields else { return }
        guard let kept = KeptField(key: key, value: value) else {
            if let known { fields.remove(at: known) }
            return
        }
        if let known { fields[known] = kept } else { fields.append(kept) }
    }
}

/// One member that passed, with its value as it was sent or as it was masked.
struct KeptField {
    let key: JSONPiece
    private let value: JSONPiece
    /// The plain text that stands for a string that had to be changed.
    private let replacement: [UInt8]?

    /// Nil if the member has to be dropped.
    init?(key: JSONPiece, value: JSONPiece) {
        self.key = key
        self.value = value
        guard value.kind != .object, value.kind != .array else { return nil }
        guard let name = key.withPlainText({ FieldName($0) }), !name.isSecret else { return nil }
        // A form that puts what was typed into the name: a name cannot be masked without becoming another name.
        if !name.isPlain {
            guard case .unchanged = key.withPlainText({ Masking.mask($0, named: .other) }) else { return nil }
        }
        switch value.kind {
        case .string:
            switch value.withPlainText({ Masking.mask($0, named: name) }) {
            case .unchanged: replacement = nil
            case .changed(let text): replacement = text
            case .dropped: return nil
            }
        case .number:
            guard value.raw.count <= BusinessData.maximumNumberLength else { return nil }
            let shortest = name.isPhone ? CardNumber.shortestInPhone : CardNumber.shortest
            guard !CardNumber.isCard(number: value.raw, shortest: shortest) else { return nil }
            replacement = nil
        case .object, .array, .true, .false, .null: replacement = nil
        }
    }

    /// Appends `"name":value`, the name in its shortest form, so that equal names are equal bytes. Returns where the colon is.
    func append(to json: inout [UInt8]) -> Int {
        // As most senders write it: one copy for all three.
        if replacement == nil, !key.hasEscapes, key.node.end + 1 == value.node.start {
            let colon = json.count + key.raw.count
            json.append(contentsOf: key.bytes.slice(Int(key.node.start), Int(value.node.end)))
            return colon
        }
        if key.hasEscapes {
            key.withPlainText { json.appendJSON(utf8: $0) }
        } else {
            json.append(contentsOf: key.raw)
        }
        json.append(.colon)
        let colon = json.count - 1
        if let replacement {
            replacement.withUnsafeBufferPointer { json.appendJSON(utf8: $0) }
        } else {
            json.append(contentsOf: value.raw)
        }
        return colon
    }
}
