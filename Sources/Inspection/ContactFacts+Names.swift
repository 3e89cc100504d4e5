import Store
import CRM

/// The names by which events find a contact.
extension ContactFacts {
    var emailFindings: [Finding] {
        guard let email = fields["email"] else { return [] }
        guard let normal = Email(email)?.text else {
            return [
                .person(
                    .contactField, key, "email is \(email), which is none", "write the email, or delete the field")
            ]
        }
        if normal != email {
            var writes = [["HSET", key, "email", normal]]
            if emailOwner == .this { writes.append(["UNLINK", Keys.email(email)]) }
            return [
                Finding(
                    kind: .emailIndex, key: key, problem: "email is \(email), not trimmed and lower-cased",
                    remedy: .repair("writes \(normal)", writes))
            ]
        }
        return pointing(
            emailOwner, .emailIndex, "its email \(email)", Keys.email(email), canBeTaken: true,
            todo: "delete the email of one of the two")
    }

    var customerFindings: [Finding] {
        guard let customer = fields["customer_id"] else { return [] }
        guard CustomerID(customer)?.text == customer else {
            return [
                .person(
                    .contactField, key, "customer_id is \(customer), which no event can carry",
                    "write the id, or delete the field")
            ]
        }
        var found = pointing(
            customerOwner, .customerIndex, "its customer id \(customer)", Keys.customer(customer), canBeTaken: false,
            todo: "delete customer_id of this contact, or let the key name it")
        if hasCustomers, !customersHavePresent {
            found.append(
                .repair(
                    .customerIndex, key, "customer_id is not among the ids in \(Keys.customers(of: id))",
                    "adds it", ["SADD", Keys.customers(of: id), customer]))
        }
        return found
    }

    /// - Parameter canBeTaken: whether the name may be taken from another contact that does not have it in its record.
    private func pointing(
        _ owner: Owner, _ kind: Finding.Kind, _ name: String, _ index: String, canBeTaken: Bool, todo: String
    ) -> [Finding] {
        let write = ["SET", index, id]
        switch owner {
        case .this, .unknown: return []
        case .nobody: return [.repair(kind, key, "\(name) leads nowhere", "lets it lead here", write)]
        case .other(let other, let exists, let claims):
            let problem = "\(name) leads to \(other)"
            if !exists { return [.repair(kind, key, problem + ", which does not exist", "lets it lead here", write)] }
            if claims || !canBeTaken { return [.person(kind, key, problem, todo)] }
            return [.repair(kind, key, problem + ", which has another", "lets it lead here", write)]
        }
    }
}
