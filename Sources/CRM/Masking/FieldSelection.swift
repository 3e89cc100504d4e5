/// Writes down the fields of one object that may be kept, one member at a time.
struct FieldSelection {
    /// The kept fields as one JSON object, but for its end.
    private var json: [UInt8]
    private var fields: [BusinessData.Field] = []
    /// Whether `json` has fields that gave way to others of the same name.
    private var hasGaps = false

    /// - Parameter length: how many bytes the object has.
    init(ofLength length: Int) {
        json = []
        json.reserveCapacity(min(length, 4_096))
        json.append(UInt8(ascii: "{"))
        fields.reserveCapacity(8)
    }

    /// Keeps a member, or drops it. A name that was kept before gives way in any case: its last value counts.
    mutating func take(key: JSONPiece, value: JSONPiece) {
        let known = index(of: key)
        guard known != nil || fields.count < BusinessData.maximumFields else { return }
        if known != nil { hasGaps = true }
        let outcome = Self.look(at: key, value)
        if case .dropped = outcome {
            if let known { fields.remove(at: known) }
            return
        }
        let field = write(key, value, outcome)
        if let known { fields[known] = field } else { fields.append(field) }
    }

    /// The object and the places of its fields.
    consuming func finished() -> (json: [UInt8], fields: [BusinessData.Field]) {
        if hasGaps { closeGaps() }
        json.append(UInt8(ascii: "}"))
        return (json, fields)
    }

    /// What becomes of a member's value.
    private static func look(at key: JSONPiece, _ value: JSONPiece) -> Masking.Outcome {
        guard value.kind != .object, value.kind != .array else { return .dropped }
        guard let name = key.withPlainText({ FieldName($0) }), !name.isSecret else { return .dropped }
        // A form that puts what was typed into the name: a name cannot be masked without becoming another name.
        if !name.isPlain {
            guard case .unchanged = key.withPlainText({ Masking.mask($0, named: .other) }) else { return .dropped }
        }
        switch value.kind {
        case .string: return value.withPlainText { Masking.mask($0, named: name) }
        case .number:
            guard value.raw.count <= BusinessData.maximumNumberLength else { return .dropped }
            let shortest = name.isPhone ? CardNumber.shortestInPhone : CardNumber.shortest
            return CardNumber.isCard(number: value.raw, shortest: shortest) ? .dropped : .unchanged
        case .object, .array, .true, .false, .null: return .unchanged
        }
    }

    private func index(of key: JSONPiece) -> Int? {
        guard !fields.isEmpty else { return nil }
        if key.hasEscapes {
            var name: [UInt8] = []
            key.withPlainText { name.appendJSON(utf8: $0) }
            return name.withUnsafeBufferPointer { index(ofName: $0) }
        }
        return index(ofName: key.raw)
    }

    /// Names are written in their shortest form, so equal names are equal bytes.
    private func index(ofName name: UnsafeBufferPointer<UInt8>) -> Int? {
        json.withUnsafeBufferPointer { json in
            fields.firstIndex { json.slice($0.name.lowerBound, $0.name.upperBound).equals(name) }
        }
    }

    /// Appends `"name":value`.
    private mutating func write(_ key: JSONPiece, _ value: JSONPiece, _ outcome: Masking.Outcome)
        -> BusinessData.Field
    {
        if json.count > 1 { json.append(.comma) }
        let start = json.count
        // As most senders write it: one copy for all three.
        if case .unchanged = outcome, !key.hasEscapes, key.node.end + 1 == value.node.start {
            json.append(contentsOf: key.bytes.slice(Int(key.node.start), Int(value.node.end)))
            let colon = start + key.raw.count
            return .init(name: start..<colon, value: colon + 1..<json.count)
        }
        if key.hasEscapes {
            key.withPlainText { json.appendJSON(utf8: $0) }
        } else {
            json.append(contentsOf: key.raw)
        }
        let colon = json.count
        json.append(.colon)
        if case .changed(let text) = outcome {
            text.withUnsafeBufferPointer { json.appendJSON(utf8: $0) }
        } else {
            json.append(contentsOf: value.raw)
        }
        return .init(name: start..<colon, value: colon + 1..<json.count)
    }

    /// Once, at the end: doing it for each name that repeats would let one body with thousands of them cost seconds.
    private mutating func closeGaps() {
        var tight: [UInt8] = [UInt8(ascii: "{")]
        tight.reserveCapacity(json.count)
        for index in fields.indices {
            if index > 0 { tight.append(.comma) }
            let field = fields[index]
            let shift = tight.count - field.name.lowerBound
            tight.append(contentsOf: json[field.name.lowerBound..<field.value.upperBound])
            fields[index] = field.shifted(by: shift)
        }
        json = tight
    }
}
