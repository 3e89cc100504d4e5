import Store
import CRM

/// What is wrong with the contact's booking in progress.
extension ContactFacts {
    var bookingFindings: [Finding] {
        guard let step, bookingsOpen != .unknown else { return [] }
        if step.isCounted { return [countedBooking] }
        let isInProgress = fields["lead_status"] == LeadStatus.bookingInProgress.rawValue
        if let at = StoredValue.count(step.at) {
            if !bookingsOpen.differs(from: at) { return [] }
            return [
                .repair(
                    .openBooking, key, "is not at the last step of its booking in \(Keys.bookingsOpen)",
                    "puts it there", ["ZADD", Keys.bookingsOpen, String(at), id])
            ]
        }
        if let listed = bookingsOpen.score, isInProgress || step.at != nil {
            return [
                .repair(
                    .openBooking, key, "its booking in progress has no time of its last step",
                    "writes the one of \(Keys.bookingsOpen)",
                    ["HSET", Keys.funnel(id), Self.stepAt, String(listed)])
            ]
        }
        if isInProgress, let since = own(.bookingInProgress).score ?? lastActive?.milliseconds {
            return [
                .repair(
                    .openBooking, key, "is in a booking, and the watch over bookings does not know of it",
                    "puts it into \(Keys.bookingsOpen)", ["ZADD", Keys.bookingsOpen, String(since), id],
                    ["HSET", Keys.funnel(id), Self.stepAt, String(since)])
            ]
        }
        return leftovers(step)
    }

    /// A booking that was made and counted, and is still kept as being in progress.
    private var countedBooking: Finding {
        var writes = [
            ["ZREM", Keys.bookingsOpen, id], ["ZREM", Keys.bookingsLeaving, id],
            ["HDEL", Keys.funnel(id), Self.stepAt, "step", Self.leavingAt, Self.leavingCount],
        ]
        let (open, made) = (LeadStatus.bookingInProgress, LeadStatus.customer)
        if fields["lead_status"] == open.rawValue, let time = own(open).score ?? lastActive?.milliseconds {
            writes += [
                ["ZREM", Keys.status(open.slug), id], ["ZADD", Keys.status(made.slug), String(time), id],
                set("lead_status", made.rawValue),
            ]
        }
        return Finding(
            kind: .openBooking, key: key, problem: "its booking in progress was completed and counted",
            remedy: .repair("ends it", writes))
    }

    /// What is left of a booking that is over.
    private func leftovers(_ step: Step) -> [Finding] {
        if bookingsOpen.isMember {
            return [
                .repair(
                    .openBooking, key, "stands in \(Keys.bookingsOpen) and has no booking in progress",
                    "takes it out", ["ZREM", Keys.bookingsOpen, id])
            ]
        }
        guard step.at != nil || step.hasDetails else { return [] }
        return [
            .repair(
                .openBooking, key, "details of a booking in progress are kept, and there is none", "deletes them",
                ["HDEL", Keys.funnel(id), Self.stepAt, "step"])
        ]
    }

    /// Where the booking may be left: place and time are there both or neither, and only while it is in progress.
    var leavingFindings: [Finding] {
        guard let step, bookingsLeaving != .unknown else { return [] }
        let isSound = StoredValue.count(step.leavingAt) != nil && step.at != nil && bookingsLeaving.isMember
        if isSound || step.leavingAt == nil && bookingsLeaving == .absent { return [] }
        return [
            .repair(
                .openBooking, key, "does not say the same of being left as \(Keys.bookingsLeaving)", "forgets it",
                ["ZREM", Keys.bookingsLeaving, id], ["HDEL", Keys.funnel(id), Self.leavingAt, Self.leavingCount])
        ]
    }

    /// The field of the funnel with the moment at which the browser may have been leaving.
    static let leavingAt = "leaving_at"
    /// The field of the funnel with the number of timeline entries from then on.
    static let leavingCount = "leaving_count"
    /// The field of the funnel with the time of the last step.
    static let stepAt = FunnelChange.Moment.step.rawValue
}
