import Text

/// Writes down the fields of one object that may be kept, one member at a time.
struct FieldSelection {
    /// The kept fields as one JSON object, but for its end.
    private var json: [UInt8]
    private var fields: [BusinessData.Field] = []
    /// Whether `json` has fields that gave way to others of the same name.
    private var hasGaps = false
    private var holdsAmount = false

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
        guard known != nil || fields.count < BusinessData.maxFields else { return }
        if known != nil { hasGaps = true }
        let name = key.withPlainText { FieldName($0) }
        let amount = name.flatMap { $0.amountRank > 0 ? Money(value) : nil }
        let outcome = Self.outcome(at: key, value, name, amount)
        if case .dropped = outcome {
            if let known { fields.remove(at: known) }
            return
        }
        var field = write(key, value, outcome)
        if let name, amount != nil {
            field.amountRank = name.amountRank
            holdsAmount = true
        }
        if let known { fields[known] = field } else { fields.append(field) }
    }

    /// The object, the places of its fields, and the amount among them.
    consuming func finished() -> (json: [UInt8], fields: [BusinessData.Field], amount: Money?) {
        if hasGaps { closeGaps() }
        json.append(UInt8(ascii: "}"))
        return (json, fields, holdsAmount ? amount() : nil)
    }

    private func amount() -> Money? {
        var best: BusinessData.Field?
        for field in fields where field.amountRank > 0 && field.amountRank < best?.amountRank ?? .max { best = field }
        return best.flatMap { field in
            json.withUnsafeBufferPointer { Money(keptJSON: $0.slice(field.value.lowerBound, field.value.upperBound)) }
        }
    }

    /// What becomes of a member's value.
    private static func outcome(
        at key: JSONPiece, _ value: JSONPiece, _ name: FieldName?, _ amount: Money?
    ) -> Masking.Masked {
        guard value.kind != .object, value.kind != .array else { return .dropped }
        guard let name, !name.isSecret else { return .dropped }
        // A form that puts what was typed into the name: a name cannot be masked without becoming another name.
        if !name.isPlain {
            guard case .unchanged = key.withPlainText({ Masking.mask($0, named: .other) }) else { return .dropped }
        }
        if let amount { return .amount(amount, value) }
        switch value.kind {
        case .string: return value.withPlainText { Masking.mask($0, named: name) }
        case .number:
            guard value.raw.count <= BusinessData.maxNumberLength else { return .dropped }
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
    private mutating func write(_ key: JSONPiece, _ value: JSONPiece, _ outcome: Masking.Masked)
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
            if value.kind == .number {
                json.append(contentsOf: text)
            } else {
                text.withUnsafeBufferPointer { json.appendJSON(utf8: $0) }
            }
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

extension Masking.Masked {
    /// An amount stays as it was sent, but for one of so many digits that it would be cut.
    fileprivate static func amount(_ amount: Money, _ value: JSONPiece) -> Masking.Masked {
        value.raw.count <= BusinessData.maxNumberLength ? .unchanged : .changed(Array(amount.description.utf8))
    }
}

extension Money {
    /// The amount in a number, or in a string that holds one; nil if there is none.
    fileprivate init?(_ value: JSONPiece) {
        let amount: Money? =
            switch value.kind {
            case .number: try? Money(utf8: value.raw)
            case .string: value.withPlainText { try? Money(utf8: $0) }
            case .object, .array, .true, .false, .null: nil
            }
        guard let amount else { return nil }
        self = amount
    }

    /// The amount in the JSON of a kept number or string.
    fileprivate init?(keptJSON raw: UnsafeBufferPointer<UInt8>) {
        let amount =
            raw.first == .quote ? try? Money(JSONText.plain(raw.slice(1, raw.count - 1))) : try? Money(utf8: raw)
        guard let amount else { return nil }
        self = amount
    }
}
