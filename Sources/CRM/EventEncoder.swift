import Text

extension Event {
    /// The event in the wire format, masked and with its final time: what is queued on disk, and can be posted again.
    ///
    /// Its ULID stands before it, which only the queue reads: applied again, an event makes the same ids.
    public var encoded: [UInt8] {
        var json: [UInt8] = []
        json.reserveCapacity(256 + data.json.count + session.json.count)
        json.appendJSON(raw: "{\"ulid\":\"")
        json.append(text: ulid.description)
        json.appendJSON(raw: "\",\"event_type\":\"")
        json.append(text: type.rawValue)
        json.appendJSON(raw: "\",\"event_id\":")
        json.appendJSON(id.text)
        json.appendJSON(raw: ",\"timestamp\":\"")
        time.appendISO8601(to: &json)
        json.appendJSON(raw: "\"")
        if let idleFor {
            json.appendJSON(raw: ",\"if_idle_for\":")
            json.append(text: "\(Double(idleFor) / 1000)")
        }
        json.appendJSON(raw: ",\"customer\":{")
        var separator: StaticString = "\""
        func field(_ name: StaticString, _ value: String?) {
            guard let value else { return }
            json.appendJSON(raw: separator)
            json.appendJSON(raw: name)
            json.appendJSON(raw: "\":")
            json.appendJSON(value)
            separator = ",\""
        }
        field("id", customer.id?.text)
        field("email", customer.email?.text)
        field("first_name", customer.firstName)
        field("last_name", customer.lastName)
        field("phone", customer.phone)
        json.appendJSON(raw: "},")
        json.append(contentsOf: particulars.dropFirst())
        return json
    }

    /// What the watch over silent browsers has to know of a booking's last step: ``particulars``, and whether it is
    /// history.
    var step: [UInt8] {
        guard isHistory else { return particulars }
        var json = Array(particulars.dropLast())
        json.appendJSON(raw: ",\"history\":true}")
        return json
    }

    /// What it was about: `{"event_data":{…},"session":{…}}`.
    var particulars: [UInt8] {
        var json: [UInt8] = []
        json.appendJSON(raw: "{\"event_data\":")
        json.append(contentsOf: data.json)
        json.appendJSON(raw: ",\"session\":")
        json.append(contentsOf: session.json)
        json.appendJSON(raw: "}")
        return json
    }
}
