import CRM
import TestSupport

/// The events of a car rental's website, as its tracker sends them: always the same ones for one seed.
struct Traffic {
    /// The kinds of events and how many of a hundred they are.
    static let mix: [(type: String, share: Int)] = [
        ("page.viewed", 40), ("vehicle.viewed", 25), ("search.performed", 15), ("customer.login", 8),
        ("booking.started", 4), ("booking.step_completed", 4), ("booking.abandoned", 1), ("booking.completed", 1),
        ("payment.successful", 1), ("payment.failed", 1),
    ]

    let customers: Int
    private var random: SeededRandom
    private var serial = 0
    private let run = UInt32.random(in: 0...UInt32.max)
    private let types: [String]

    init(customers: Int, seed: UInt64) {
        self.customers = customers
        random = SeededRandom(seed: seed)
        types = Self.mix.flatMap { Array(repeating: $0.type, count: $0.share) }
    }

    /// The first event of a customer, by number.
    mutating func registration(of customer: Int) -> String {
        event("customer.created", customer: customer, data: "\"plan\":\"free\"", name: "Anna Muster \(customer)")
    }

    /// Any event of any customer.
    mutating func next() -> String {
        let type = types[below(types.count)]
        return event(type, customer: below(customers), data: data(of: type), name: nil)
    }

    /// An event of so many milliseconds ago; of one customer, or of any.
    mutating func next(aged age: Int64, customer: Int?) -> String {
        let type = types[below(types.count)]
        return event(type, customer: customer ?? below(customers), data: data(of: type), name: nil, age: age)
    }

    private mutating func below(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &random) }

    private mutating func event(_ type: String, customer: Int, data: String, name: String?, age: Int64 = 0)
        -> String
    {
        serial += 1
        let milliseconds = now()
        let time = Timestamp(clamping: milliseconds - age).iso8601
        // As the tracker makes them: the time, a serial number, something random.
        let id = [Int64(milliseconds), 1 << 20 + Int64(serial), Int64(run) << 24 + Int64(serial)]
            .map { String($0, radix: 36) }.joined(separator: "-")
        let named = name.map { ",\"name\":\"\($0)\"" } ?? ""
        return """
            {"event_type":"\(type)","event_id":"\(id)","timestamp":"\(time)",\
            "customer":{"id":"user_\(customer)","email":"customer\(customer)@example.com"\(named)},\
            "event_data":{\(data)},\
            "session":{"session_id":"sess_\(customer)_\(below(4))","device":"mobile","browser":"Chrome 131",\
            "language":"en-GB","screen":"390x844"}}
            """
    }

    private mutating func data(of type: String) -> String {
        let car = below(Self.cars.count * 10)
        let vehicle = "\"vehicle_id\":\"car_\(car)\",\"vehicle_name\":\"\(Self.cars[car / 10]) \(car % 10)\""
        let place = Self.places[below(Self.places.count)]
        let amount = "\"total_amount\":\(below(90_000) / 100 + 40).\(below(90) + 10)"
        return switch type {
        case "page.viewed":
            "\"page\":\"/cars/\(car)?utm_source=mail\",\"page_title\":\"Rent a \(Self.cars[car / 10])\","
                + "\"referrer\":\"https://www.example.com/search?q=car\""
        case "vehicle.viewed": "\(vehicle),\"daily_rate\":\(below(90) + 20).50,\"category\":\"compact\""
        case "search.performed":
            "\"location\":\"\(place)\",\"pickup_date\":\"2026-12-01\",\"return_date\":\"2026-12-08\",\"results\":\(below(80))"
        case "customer.login": "\"method\":\"password\""
        default:
            "\(vehicle),\(amount),\"pickup_location\":\"\(place)\",\"booking_id\":\"book_\(run)_\(serial)\","
                + "\"step_name\":\"extras\",\"currency\":\"EUR\""
        }
    }

    private static let cars = [
        "Toyota Camry", "Volkswagen Golf", "Skoda Octavia", "Fiat 500", "BMW X3", "Ford Focus", "Renault Clio",
        "Opel Corsa", "Audi A4", "Tesla Model 3", "Volvo XC40", "Kia Niro", "Seat Leon", "Mini Cooper", "Nissan Leaf",
    ]
    private static let places = [
        "Airport", "Central Station", "Harbour", "Old Town", "North Gate", "Zürich", "München", "Convention Centre",
    ]
}
