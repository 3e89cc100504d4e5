import Foundation
import TestSupport

/// One customer: what they do next, and what the CRM must know of them then.
///
/// Many events of a customer carry the same time, so that only their order says which is the last one.
struct Customer {
    let id: String
    let email: String
    /// The ids of the events that were acknowledged, in order.
    private(set) var events: [String] = []
    /// The fields of the contact that have to be so.
    private(set) var fields = [
        "website_visits": "0", "total_bookings": "0", "lead_status": "New Lead", "total_revenue": "0.00",
    ]
    /// Cars by views.
    private(set) var views: [String: Int] = [:]
    /// Places by searches.
    private(set) var searches: [String: Int] = [:]
    /// Tasks by type and status.
    private(set) var tasks: [String: Int] = [:]
    private(set) var bookings = 0
    private(set) var cents = 0
    private(set) var tasksCreated = 0
    /// Whether a booking is in progress.
    private(set) var isBooking = false

    private var booking = 0
    private var isAbandoned = false
    private var openFailures: Set<String> = []
    private var paid: Set<String> = []
    private var counted: [String] = []
    private var time = Date()

    init(_ name: String) {
        id = name
        email = "\(name)@example.com"
    }

    /// The next event and what it changes once it is acknowledged.
    mutating func next(_ random: inout SeededRandom) -> JSON {
        if events.count % 40 == 0 { time = Date() }
        let number = events.count
        let amount = Int.random(in: 1_000...99_999, using: &random)
        let car = "Car \(Int.random(in: 0..<20, using: &random))"
        var (type, data): (String, [String: JSON])
        switch Int.random(in: 0..<100, using: &random) {
        case ..<25: (type, data) = ("customer.login", [:])
        case ..<45: (type, data) = ("vehicle.viewed", ["vehicle_name": .string(car)])
        case ..<60: (type, data) = ("search.performed", ["location": .string("Place \(amount % 20)")])
        case ..<68: (type, data) = ("page.viewed", ["page": .string("/cars/\(amount)")])
        case ..<78: (type, data) = ("booking.started", money(amount))
        case ..<83: (type, data) = isBooking ? ("booking.abandoned", money(nil)) : ("booking.started", money(amount))
        case ..<92: (type, data) = ("booking.completed", money(amount))
        case ..<96: (type, data) = ("payment.failed", money(amount))
        default: (type, data) = ("payment.successful", money(amount))
        }
        // A confirmation page that was loaded again.
        if type == "booking.completed", amount % 6 == 0, let old = counted.last { data["booking_id"] = .string(old) }
        var customer: [String: JSON] = [:]
        let names = number == 0 ? 0 : Int.random(in: 0..<3, using: &random)
        if names != 1 { customer["id"] = .string(id) }
        if names != 2 { customer["email"] = .string(email) }
        return [
            "event_type": .string(type), "event_id": .string("\(id)-\(number)"),
            "timestamp": .string(Date.ISO8601FormatStyle(includingFractionalSeconds: true).format(time)),
            "customer": .object(customer), "event_data": .object(data),
        ]
    }

    private func money(_ cents: Int?) -> [String: JSON] {
        var data: [String: JSON] = ["booking_id": .string("\(id)-booking-\(booking)")]
        if let cents { data["total_amount"] = .string(Self.text(cents)) }
        return data
    }

    static func text(_ cents: Int) -> String {
        "\(cents / 100)." + (cents % 100 < 10 ? "0" : "") + String(cents % 100)
    }

    /// Notes an event that was acknowledged.
    mutating func acknowledged(_ event: JSON) {
        events.append(event["event_id"]?.string ?? "")
        let data = event["event_data"]
        let about = data?["booking_id"]?.string ?? ""
        let amount = data?["total_amount"]?.string
        switch event["event_type"]?.string {
        case "customer.login": fields["website_visits"] = String((Int(fields["website_visits"] ?? "") ?? 0) + 1)
        case "vehicle.viewed":
            let car = data?["vehicle_name"]?.string ?? ""
            fields["last_vehicle_viewed"] = car
            views[car, default: 0] += 1
        case "search.performed":
            let place = data?["location"]?.string ?? ""
            fields["last_search_location"] = place
            searches[place, default: 0] += 1
        case "booking.started":
            fields["estimated_deal_value"] = amount
            fields["lead_status"] = "Hot Lead - Booking In Progress"
            isBooking = true
            if isAbandoned { close("abandoned_booking", 1) }
            isAbandoned = false
        case "booking.abandoned":
            fields["lead_status"] = "Hot Lead - Abandoned"
            isBooking = false
            isAbandoned = true
            open("abandoned_booking")
        case "booking.completed": complete(about, amount)
        case "payment.failed":
            // What is paid stays paid, whatever comes after it.
            if !paid.contains(about), openFailures.insert(about).inserted { open("payment_failed") }
        case "payment.successful":
            paid.insert(about)
            close("payment_failed", openFailures.count)
            openFailures = []
        default: break
        }
    }

    private mutating func complete(_ about: String, _ amount: String?) {
        guard !counted.contains(about) else { return }
        counted.append(about)
        bookings += 1
        cents += Int((amount ?? "").filter { $0 != "." }) ?? 0
        fields["total_bookings"] = String(bookings)
        fields["total_revenue"] = Self.text(cents)
        fields["lead_status"] = "Customer - Active"
        if isAbandoned { close("abandoned_booking", 1) }
        (isBooking, isAbandoned) = (false, false)
        open("booking_confirmation")
        booking += 1
    }

    private mutating func open(_ type: String) {
        tasks["\(type) open", default: 0] += 1
        tasksCreated += 1
    }

    private mutating func close(_ type: String, _ count: Int) {
        guard count > 0 else { return }
        tasks["\(type) open", default: 0] -= count
        tasks["\(type) cancelled", default: 0] += count
    }
}
