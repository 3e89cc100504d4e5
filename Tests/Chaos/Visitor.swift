import Foundation
import TestSupport

/// One visit to the shop, by a browser whose clock is wrong, and by the shop's back end, whose clock is right.
struct Visitor {
    /// How a visit ends.
    enum End: CaseIterable {
        /// The back end reports the booking.
        case completes
        /// The browser falls silent.
        case fallsSilent
        /// The browser says that it may be leaving, and leaves.
        case leaves
    }

    let id: String
    let end: End
    /// Seconds by which the browser's clock is ahead.
    private let ahead: Double
    private let reportsClock: Bool
    private let knowsBooking: Bool
    /// The ids of the events that were acknowledged, but for those that wait whether more follows.
    private(set) var events: [String] = []
    private var count = 0

    init(_ id: String, _ random: inout SeededRandom) {
        self.id = id
        end = End.allCases.randomElement(using: &random) ?? .completes
        ahead = Double.random(in: -10...10, using: &random)
        reportsClock = Bool.random(using: &random)
        knowsBooking = Bool.random(using: &random)
    }

    /// The booking as the browser names it, and as the back end does.
    private var car: [String: JSON] { ["vehicle_id": .string("car-\(id)")] }
    private var booking: [String: JSON] { car.merging(["booking_id": .string("booking-\(id)")]) { $1 } }

    /// Visits the shop; `deliver` sends an event until it is acknowledged.
    mutating func visit(_ random: inout SeededRandom, _ deliver: (JSON, _ isBackEnd: Bool) throws -> Void) throws {
        func pause(_ seconds: ClosedRange<Double>) {
            usleep(UInt32(Double.random(in: seconds, using: &random) * 1_000_000))
        }
        try deliver(browser("customer.login"), false)
        try deliver(browser("booking.started"), false)
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            pause(0.1...1.2)
            try deliver(browser("booking.step_completed"), false)
        }
        pause(0...0.5)
        switch end {
        case .completes:
            if Bool.random(using: &random) { try deliver(browser("payment.failed"), false) }
            // What the browser does last arrives after the back end has reported.
            let late: JSON? = Bool.random(using: &random) ? browser("booking.step_completed") : Optional.none
            let isDoubted = late == nil && Bool.random(using: &random)
            if isDoubted { try deliver(browser("booking.abandoned", waits: true), false) }
            pause(0...0.4)
            try deliver(backEnd("payment.successful"), true)
            try deliver(backEnd("booking.completed", amount: 100), true)
            if let late {
                pause(0...1)
                try deliver(late, false)
            }
        case .fallsSilent: break
        case .leaves: try deliver(browser("booking.abandoned", waits: true), false)
        }
    }

    private mutating func browser(_ type: String, waits: Bool = false) -> JSON {
        let now = Date(timeIntervalSinceNow: ahead).formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        var fields = event(type, data: type == "customer.login" ? [:] : knowsBooking ? booking : car, isKept: !waits)
        fields["timestamp"] = .string(now)
        if reportsClock { fields["sent_at"] = .string(now) }
        if waits { fields["if_idle_for"] = .number(1.5) }
        return .object(fields)
    }

    private mutating func backEnd(_ type: String, amount: Double? = nil) -> JSON {
        var data = booking
        if let amount { data["total_amount"] = .number(amount) }
        return .object(event(type, data: data, isKept: true))
    }

    private mutating func event(_ type: String, data: [String: JSON], isKept: Bool) -> [String: JSON] {
        count += 1
        let name = "\(id)-\(count)"
        if isKept { events.append(name) }
        return [
            "event_type": .string(type), "event_id": .string(name), "customer": ["id": .string(id)],
            "event_data": .object(data),
        ]
    }
}
