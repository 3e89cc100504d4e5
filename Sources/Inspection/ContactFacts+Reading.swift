import Store
import Redis
import CRM

extension ContactFacts {
    /// Everything about one contact, in three looks: the hash, what its fields point at, and what that points at.
    static func question(_ id: String, _ clock: CheckClock) -> Question {
        let key = Keys.contact(id)
        return Question(
            reads: { replies in
                guard let hash = replies.first else { return [["HGETALL", key]] }
                guard let fields = hash.fields, !fields.isEmpty else { return [] }
                let pointers = pointers(id, fields)
                if replies.count == 1 { return pointers }
                let further = owners(id, replies)
                return replies.count == 1 + pointers.count ? further : []
            },
            judge: { replies in
                guard let hash = replies.first, !hash.isError else { return [.wrongType(key)] }
                return ContactFacts(id, replies).map { $0.findings + $0.futureFindings(clock) } ?? []
            })
    }

    private static func pointers(_ id: String, _ fields: [String: String]) -> [[String]] {
        let customer = fields["customer_id"] ?? ""
        return [
            ["GET", Keys.email(fields["email"] ?? "")], ["GET", Keys.customer(customer)], ["ZSCORE", Keys.recent, id],
            ["ZSCORE", Keys.revenue, id], ["ZSCORE", Keys.bookingsOpen, id],
            ["HMGET", Keys.funnel(id), stepAt, "booking", "step", leavingAt], ["SCARD", Keys.bookings(of: id)],
            ["SCARD", Keys.customers(of: id)], ["SISMEMBER", Keys.customers(of: id), customer],
            ["ZSCORE", Keys.bookingsLeaving, id],
        ] + LeadStatus.allCases.map { ["ZSCORE", Keys.status($0.slug), id] }
    }

    /// What is known of other contacts to which this one's names lead, and of the booking in progress.
    private static func owners(_ id: String, _ replies: [RedisReply]) -> [[String]] {
        let owners = replies[1...2].flatMap { reply -> [[String]] in
            guard let other = reply.text, other != id else { return [] }
            return [["EXISTS", Keys.contact(other)], ["HMGET", Keys.contact(other), "email", "customer_id"]]
        }
        guard let funnel = replies[6].array, funnel[0].text != nil, let booking = funnel[1].text else { return owners }
        return owners + [["SISMEMBER", Keys.bookings(of: id), booking]]
    }

    private init?(_ id: String, _ replies: [RedisReply]) {
        let pointed = 10 + LeadStatus.allCases.count
        guard replies.count > pointed, let fields = replies[0].fields, !fields.isEmpty else { return nil }
        self.id = id
        self.fields = fields
        var others = replies[(1 + pointed)...]
        func owner(_ reply: RedisReply, _ field: Int, _ value: String?) -> Owner {
            if reply.isError { return .unknown }
            guard let other = reply.text else { return .nobody }
            if other == id { return .this }
            let exists = others.popFirst()?.isOne ?? false
            let values = others.popFirst()?.array ?? []
            return .other(other, exists: exists, claims: values.count == 2 && values[field].text == value)
        }
        emailOwner = owner(replies[1], 0, fields["email"])
        customerOwner = owner(replies[2], 1, fields["customer_id"])
        recent = Standing(replies[3])
        revenue = Standing(replies[4])
        bookingsOpen = Standing(replies[5])
        step = replies[6].array.map {
            // Both owners were taken: what is left is about the booking.
            Step(
                at: $0[0].text, hasDetails: $0[2].text != nil, isCounted: others.first?.isOne ?? false,
                leavingAt: $0[3].text)
        }
        counted = replies[7].integer ?? 0
        hasCustomers = (replies[8].integer ?? 0) > 0
        customersHavePresent = replies[9].isOne
        bookingsLeaving = Standing(replies[10])
        statuses = replies[11..<1 + pointed].map(Standing.init)
    }
}
