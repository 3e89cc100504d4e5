import Text

extension Event {
    /// What the booking or payment is worth, under whichever of ``AmountNames`` it was sent; nil if there is none.
    public var amount: Money? { data.amount }

    /// Throws if an amount cannot be read where it counts.
    ///
    /// The documented names must be readable in every event. Other spellings are common words, and an unreadable one is
    /// passed over (`"price":"from 20 EUR"`), except in a completed booking, whose amount is counted as revenue.
    static func checkAmounts(_ data: JSONValue?, of type: EventType) throws(Rejection) {
        guard let data else { return }
        for name in AmountNames.documented { try checkAmount(data.member(name), "\(name)") }
        guard type == .bookingCompleted, let field = amountField(of: data) else { return }
        try checkAmount(field.value, field.name)
    }

    private static func checkAmount(
        _ value: JSONValue?, _ name: @autoclosure () -> String
    ) throws(Rejection) {
        guard let value, !value.isNull, !value.isBlank else { return }
        do { _ = try Money(json: value) } catch { throw .badAmount(field: "event_data.\(name())", error) }
    }

    /// The field that holds the amount, as it was sent and before anything is masked.
    private static func amountField(of data: JSONValue) -> (name: String, value: JSONValue)? {
        var candidates: [(rank: UInt8, key: JSONPiece, index: Int)] = []
        data.withKeys { index, key, _ in
            guard let rank = key.withPlainText({ FieldName($0) })?.amountRank, rank > 0 else { return }
            // The last of repeated names counts.
            if let known = candidates.firstIndex(where: { $0.key.isSameString(as: key) }) {
                candidates[known].index = index
            } else if candidates.count < BusinessData.maxFields {
                candidates.append((rank, key, index))
            }
        }
        let filled = candidates.filter { !JSONValue(document: data.document, index: $0.index + 1).isBlank }
        guard let best = filled.min(by: { $0.rank < $1.rank }) else { return nil }
        let name = JSONValue(document: data.document, index: best.index).string ?? ""
        return (
            name.isPrintableASCII ? name : "\(AmountNames.all[Int(best.rank) - 1])",
            JSONValue(document: data.document, index: best.index + 1)
        )
    }
}

extension Rules {
    /// Whether the event counts as a booking of 0.00 because its website sent no amount. A robot's does not matter.
    public func lacksAmount(_ event: Event) -> Bool {
        event.type == .bookingCompleted && event.amount == nil && !event.isFromRobot
            && (trustsBrowsersWithMoney || event.source != .browser)
    }
}
