import Redis
import CRM
import Loop

/// A booking in progress, as Redis has it.
public struct OpenBooking: Sendable {
    /// The contact whose booking it is.
    public let contactID: String
    /// When the last step was made.
    public let lastStep: Timestamp
    /// The contact's id on the website.
    public let customerID: String?
    /// The contact's email.
    public let email: String?
    /// When its browser said that it may be leaving, and how many timeline entries there were from that time on; `nil`
    /// where it did not say so.
    public let leaving: (at: Timestamp, entries: Int64)?
    /// What the last step was about: `{"event_data":{…},"session":{…}}`.
    public let step: String
}

/// Bookings that are due to be given up.
public struct DueBookings: Sendable {
    /// Which bookings are due.
    public enum Reason: String, Sendable {
        /// The last step was made long enough ago.
        case silent
        /// The browser said that it may be leaving, and nothing has followed.
        case leaving
    }

    /// How many other receivers have events on disk that may say that a booking goes on.
    public let othersWithBacklog: Int
    /// How many entries of the list remain where these come from.
    public let remaining: Int
    /// The bookings.
    public let bookings: [OpenBooking]
}

extension Store {
    /// Lists at most `limit` bookings that are due, the earliest first, but for the first `skipped`. Whatever cannot be
    /// given up leaves the list.
    ///
    /// - Parameters:
    ///   - time: the moment before which the last step was made, or until which the wait was to last.
    ///   - receiver: the id of this receiver, as ``announceBacklog(of:milliseconds:_:)`` has it.
    public func dueBookings(
        _ reason: DueBookings.Reason, at time: Timestamp, skipping skipped: Int, limit: Int, receiver: String,
        _ done: @escaping (Result<DueBookings, RedisError>) -> Void
    ) {
        let words = [
            "EVAL", Script.due.text, "1", Keys.bookingsOpen, reason.rawValue, String(time.milliseconds), String(limit),
            String(skipped),
            receiver,
        ]
        redis.send(words) { done($0.flatMap(DueBookings.read)) }
    }

    /// Says in Redis for the next `milliseconds` that this receiver has events on disk, or that it has none any more
    /// (`nil`): the watches of others wait before they give up a booking whose next step may be among them.
    public func announceBacklog(of receiver: String, milliseconds: Int64?, _ done: @escaping (Bool) -> Void) {
        let words = ["EVAL", Script.backlog.text, "1", Keys.backlogs, receiver, milliseconds.map { String($0) } ?? ""]
        redis.send(words) { result in
            if case .success = result { done(true) } else { done(false) }
        }
    }
}

extension DueBookings {
    /// Reads the reply of `due.lua`.
    fileprivate static func read(_ reply: RedisReply) -> Result<DueBookings, RedisError> {
        guard let parts = reply.array, parts.count == 3, let others = parts[0].integer,
            let remaining = parts[1].integer, let rows = parts[2].array
        else { return .failure(.refused("the script gave no answer that this version understands")) }
        return .success(
            DueBookings(
                othersWithBacklog: Int(others), remaining: Int(remaining),
                bookings: rows.compactMap { OpenBooking(words: ($0.array ?? []).map(\.text)) }))
    }
}

extension OpenBooking {
    fileprivate init?(words: [String?]) {
        func time(_ text: String?) -> Timestamp? { text.flatMap { Int64($0) }.flatMap { Timestamp(milliseconds: $0) } }
        guard words.count == 7, let id = words[0], let lastStep = time(words[1]) else { return nil }
        contactID = id
        self.lastStep = lastStep
        step = words[2] ?? "{}"
        leaving = time(words[3]).flatMap { at in words[4].flatMap { Int64($0) }.map { (at, $0) } }
        customerID = words[5]
        email = words[6]
    }
}
