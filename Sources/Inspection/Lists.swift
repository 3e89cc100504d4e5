import Store
import Redis
import CRM

/// Sets and sorted sets whose members name contacts or tasks.
enum Lists {
    /// A list of all: each member names a record.
    static func ofAll(_ key: String, record: @escaping (String) -> String) -> Question {
        Question(
            [Scan.first(key, "ZSCAN")], judge: { $0[0].isError ? [.wrongType(key)] : [] },
            follow: { page(key, "ZSCAN", $0[0]) { member(in: key, $0, record($0)) } })
    }

    /// A key of one contact, whose members are asked about one by one.
    static func ofContact(
        _ key: String, _ contact: String, scan: String, member: @escaping (String) -> Question
    ) -> Question {
        Question(
            [Scan.first(key, scan), ["EXISTS", Keys.contact(contact)], ["EXISTS", key]],
            judge: { replies in
                if replies[0].isError { return [.wrongType(key)] }
                return replies[2].isOne && !replies[1].isOne ? [.orphan(key, of: contact)] : []
            },
            follow: { replies in replies[1].isOne ? page(key, scan, replies[0], member) : [] })
    }

    /// A key of one contact, whose members need no look.
    static func ofContact(_ key: String, _ contact: String, size: String) -> Question {
        Question(
            [[size, key], ["EXISTS", Keys.contact(contact)]],
            judge: { replies in
                guard let count = replies[0].integer else { return [.wrongType(key)] }
                return count > 0 && !replies[1].isOne ? [.orphan(key, of: contact)] : []
            })
    }

    /// What is known of a contact's bookings, by when it became known.
    static func settled(_ key: String, _ contact: String, _ clock: CheckClock) -> Question {
        let limit = "(" + String(clock.now.milliseconds + CheckClock.maxAhead)
        return Question(
            [["ZCARD", key], ["EXISTS", Keys.contact(contact)], ["ZRANGE", key, limit, "+inf", "BYSCORE"]],
            judge: { replies in
                guard let count = replies[0].integer else { return [.wrongType(key)] }
                if count > 0, !replies[1].isOne { return [.orphan(key, of: contact)] }
                let ahead = (replies[2].array ?? []).compactMap(\.text)
                if ahead.isEmpty { return [] }
                let now = String(clock.now.milliseconds)
                return [
                    clock.finding(
                        key, "the time of \(ahead.count) facts about bookings", ahead.map { ["ZADD", key, now, $0] })
                ]
            })
    }

    /// What is left of a timeline, or belongs to it: its erasure must be among the open ones, or nobody finishes it.
    static func erasing(_ key: String, _ contact: String, size: String) -> Question {
        Question(
            [[size, key], ["SISMEMBER", Keys.erasuresOpen, contact]],
            judge: { replies in
                guard let count = replies[0].integer else { return [.wrongType(key)] }
                if count == 0 || replies[1].isOne || replies[1].isError { return [] }
                return [
                    .repair(
                        .orphan, key, "is left of an erasure that nobody finishes", "lets the service finish it",
                        ["SADD", Keys.erasuresOpen, contact])
                ]
            })
    }

    /// The erasures that are not finished: the service goes on with them by itself.
    static func openErasures(_ key: String) -> Question {
        Question([["SCARD", key]], judge: { $0[0].isError ? [.wrongType(key)] : [] })
    }

    private static func page(
        _ key: String, _ scan: String, _ reply: RedisReply, _ member: @escaping (String) -> Question
    ) -> [Question] {
        let (next, members) = Scan.read(reply, hasScores: scan == "ZSCAN")
        let more = next.map { cursor in
            Question([Scan.page(key, scan, cursor)], judge: { _ in [] }, follow: { page(key, scan, $0[0], member) })
        }
        // The next page lies below the members, so that no more than one page of them waits.
        return [more].compactMap(\.self) + members.map { member($0.member) }
    }

    private static func member(in key: String, _ member: String, _ record: String) -> Question {
        Question(
            [["ZSCORE", key, member], ["EXISTS", record]],
            judge: { replies in
                replies[0].text != nil && replies[1] == .integer(0) ? [.dangling(key, member: member)] : []
            })
    }

    /// A task in the list of a contact.
    static func task(_ id: String, in key: String, of contact: String) -> Question {
        Question(
            [["ZSCORE", key, id], ["EXISTS", Keys.task(id)], ["HMGET", Keys.task(id), "contact_id"]],
            judge: { replies in
                guard replies[0].text != nil, !replies[2].isError else { return [] }
                if !replies[1].isOne { return [.dangling(key, member: id)] }
                guard let owner = replies[2].array?.first?.text else {
                    return [
                        .repair(
                            .taskField, Keys.task(id), "contact_id is missing, and \(key) has the task",
                            "writes \(contact)", ["HSET", Keys.task(id), "contact_id", contact])
                    ]
                }
                if owner == contact { return [] }
                return [
                    .repair(
                        .dangling, key, "has \(id), a task of \(owner)", "takes the entry out", ["ZREM", key, id])
                ]
            })
    }
}

/// Keys that lead from a name to a contact.
enum Names {
    /// `crm_contact_email_<email>`.
    static func email(_ key: String, _ email: String) -> Question {
        pointer(key, field: "email") { contact, has, _ in
            if has == email { return [] }
            // The record of another contact may have it, and whoever is given it gets that person's mail.
            if has.flatMap({ Email($0) }) == nil {
                return [
                    .person(
                        .emailIndex, key, "leads to \(contact), which has no email",
                        "write it there, or delete the key")
                ]
            }
            return [
                .repair(
                    .emailIndex, key, "leads to \(contact), whose email is \(has ?? "missing")", "deletes the key",
                    ["UNLINK", key])
            ]
        }
    }

    /// `crm_index_customer_<id>`.
    static func customer(_ key: String, _ customer: String) -> Question {
        pointer(key, field: "customer_id", attached: customer) { contact, has, isAttached in
            if has == customer || isAttached { return [] }
            guard let has, CustomerID(has)?.text == has else {
                return [
                    .repair(
                        .customerIndex, key, "leads to \(contact), which has no customer id", "writes it there",
                        ["HSET", Keys.contact(contact), "customer_id", customer])
                ]
            }
            return [
                .repair(
                    .customerIndex, key, "leads to \(contact), among whose ids it is not", "adds it",
                    ["SADD", Keys.customers(of: contact), has, customer])
            ]
        }
    }

    private static func pointer(
        _ key: String, field: String, attached: String = "",
        judge: @escaping (_ contact: String, _ has: String?, _ isAttached: Bool) -> [Finding]
    ) -> Question {
        Question(
            reads: { replies in
                if replies.isEmpty { return [["GET", key]] }
                guard replies.count == 1, let contact = replies[0].text else { return [] }
                return [
                    ["EXISTS", Keys.contact(contact)], ["HGET", Keys.contact(contact), field],
                    ["SISMEMBER", Keys.customers(of: contact), attached],
                ]
            },
            judge: { replies in
                guard let first = replies.first, !first.isError else { return [.wrongType(key)] }
                guard let contact = first.text, replies.count == 4, !replies[2].isError else { return [] }
                if !replies[1].isOne {
                    return [
                        .repair(
                            .dangling, key, "leads to \(contact), which does not exist", "deletes the key",
                            ["UNLINK", key])
                    ]
                }
                return judge(contact, replies[2].text, replies[3].isOne)
            })
    }

    /// A member of `crm_index_customers_<contact>`: it leads here too.
    static func attached(_ key: String, _ customer: String, _ contact: String) -> Question {
        let index = Keys.customer(customer)
        return Question(
            reads: { replies in
                if replies.isEmpty {
                    return [
                        ["SISMEMBER", key, customer], ["GET", index], ["HGET", Keys.contact(contact), "customer_id"],
                    ]
                }
                guard replies.count == 3, let other = replies[1].text, other != contact else { return [] }
                return [["EXISTS", Keys.contact(other)]]
            },
            judge: { replies in
                // The present id is looked at with the contact.
                guard replies.count >= 3, replies[0].isOne, !replies[1].isError, replies[1].text != contact,
                    replies[2].text != customer
                else { return [] }
                guard replies.count == 4, replies[3].isOne, let other = replies[1].text else {
                    return [
                        .repair(
                            .customerIndex, key, "has \(customer), which does not lead here", "lets it lead here",
                            ["SET", index, contact])
                    ]
                }
                return [
                    .person(
                        .customerIndex, key, "has \(customer), which leads to \(other)",
                        "take it out with SREM, or let \(index) name this contact")
                ]
            })
    }
}
