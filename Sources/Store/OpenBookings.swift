import CRM
import Loop

/// A booking in progress, as it stands in Redis.
public struct OpenBooking: Sendable {
    /// The contact whose booking it is.
    public let contactID: String
    /// When the last step was made.
    public let lastStep: Timestamp
    /// The contact's id on the website.
    public let customerID: String?
    /// The contact's email.
    public let email: String?
    /// When its browser said that it may be leaving; `nil` where it did not.
    public var leftAt: Timestamp?
    /// What the last step was about: `{"event_data":{…},"session":{…}}`.
    public let step: String
}

extension Store {
    /// Bookings whose last step was made before `time`, the oldest first, at most `limit`: two round trips.
    public func openBookings(
        before time: Timestamp, limit: Int, _ done: @escaping (Result<[OpenBooking], StoreError>) -> Void
    ) {
        let range = ["ZRANGE", Keys.bookingsOpen, "-inf", "(" + String(time.milliseconds), "BYSCORE", "LIMIT", "0"]
        redis.send(range + [String(limit)]) { [weak self] result in
            switch result {
            case .failure(let error): done(.failure(error))
            case .success(let reply): self?.read((reply.array ?? []).compactMap(\.text), done)
            }
        }
    }

    /// Bookings whose browser said that it may be leaving, and whose customer has done nothing since and until `time`, at
    /// most `limit`.
    public func leftBookings(
        at time: Timestamp, limit: Int, _ done: @escaping (Result<[OpenBooking], StoreError>) -> Void
    ) {
        redis.send(["EVAL", LeavingScript.text, "0", String(time.milliseconds), String(limit)]) { result in
            done(result.map { ($0.array ?? []).compactMap { OpenBooking(left: ($0.array ?? []).map(\.text)) } })
        }
    }

    private func read(_ contacts: [String], _ done: @escaping (Result<[OpenBooking], StoreError>) -> Void) {
        guard !contacts.isEmpty else { return done(.success([])) }
        var bookings: [OpenBooking] = []
        var missing = contacts.count
        var failure: StoreError?
        for id in contacts {
            var fields: [RedisReply] = []
            redis.send(["HMGET", Keys.funnel(id), "step_at", "step"]) {
                if case .success(let reply) = $0 { fields = reply.array ?? [] }
            }
            redis.send(["HMGET", Keys.contact(id), "customer_id", "email"]) { result in
                switch result {
                case .failure(let error): failure = error
                case .success(let reply):
                    if let booking = OpenBooking(id, step: fields, contact: reply.array ?? []) {
                        bookings.append(booking)
                    }
                }
                missing -= 1
                if missing == 0 { done(failure.map { .failure($0) } ?? .success(bookings)) }
            }
        }
    }

    /// Announces again what nobody heard, at most 100 tasks that are no older than `oldest`; tells how many were heard.
    public func repeatUnheardAlerts(since oldest: Timestamp, _ done: @escaping (Int) -> Void) {
        redis.send(["ZRANGE", Keys.tasksUnheard, "0", "99"]) { [weak self] result in
            guard let self, case .success(let reply) = result else { return done(0) }
            let tasks = (reply.array ?? []).compactMap(\.text)
            var (missing, heard) = (tasks.count, 0)
            if tasks.isEmpty { return done(0) }
            for task in tasks {
                let words = [
                    "EVAL", AnnounceScript.text, "2", Keys.task(task), Keys.tasksUnheard, task, Keys.urgentChannel,
                    oldest.iso8601,
                ]
                redis.send(words) { result in
                    if case .success(.text("heard")) = result { heard += 1 }
                    missing -= 1
                    if missing == 0 { done(heard) }
                }
            }
        }
    }
}

extension OpenBooking {
    fileprivate init?(_ id: String, step fields: [RedisReply], contact: [RedisReply]) {
        guard fields.count == 2, contact.count == 2, let text = fields[0].text, let number = Int64(text),
            let time = Timestamp(milliseconds: number)
        else { return nil }
        contactID = id
        lastStep = time
        step = fields[1].text ?? "{}"
        customerID = contact[0].text
        email = contact[1].text
    }

    /// One that `leaving.lua` tells.
    fileprivate init?(left words: [String?]) {
        func time(_ text: String?) -> Timestamp? { text.flatMap { Int64($0) }.flatMap { Timestamp(milliseconds: $0) } }
        guard words.count == 6, let id = words[0], let step = time(words[1]), let left = time(words[3])
        else { return nil }
        contactID = id
        lastStep = step
        self.step = words[2] ?? "{}"
        leftAt = left
        customerID = words[4]
        email = words[5]
    }
}

private enum LeavingScript {
    static let text = String(decoding: PackageResources.leaving_lua, as: UTF8.self)
}

private enum AnnounceScript {
    static let text = String(decoding: PackageResources.announce_lua, as: UTF8.self)
}
