/// The names under which websites send what a booking or a payment is worth.
enum AmountNames {
    /// The names that the documentation asks for: they must hold a readable amount in every event.
    static let documented: [StaticString] = ["total_amount", "amount"]

    /// All names, in the order of preference: an event's amount is in the first one that holds any.
    ///
    /// ``FieldName`` compares them, so `totalAmount`, `Total-Amount` and `TOTALAMOUNT` are `total_amount`. Sums come
    /// before what may be the price of a part. `value` and `revenue` are what analytics scripts send.
    static let all: [StaticString] =
        documented + [
            "grand_total", "total_price", "total_value", "total_cost", "total", "order_total", "booking_total",
            "amount_total", "amount_paid", "payment_amount", "booking_amount", "order_amount", "booking_value",
            "order_value", "booking_price", "revenue", "value", "price", "gesamtbetrag", "gesamtpreis", "betrag",
            "preis",
        ]
}
