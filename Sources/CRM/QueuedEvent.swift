extension Event {
    /// What the queue on disk keeps beside ``encoded``: who vouched for the event, and how far it may reach.
    public var queueFlags: UInt8 {
        let who: UInt8 =
            switch source {
            case .browser: 0
            case .backend: 1
            case .server: 2
            }
        return who | (emailIdentifies ? 0 : 4) | (isFromRobot ? 8 : 0)
    }

    /// Reads an event back from the queue.
    ///
    /// - Throws: why it cannot be one; then it was written by another version, or by hand.
    public convenience init(
        queued payload: [UInt8], receivedAt: Timestamp, flags: UInt8, ulid: ULID
    ) throws(Rejection) {
        let source: Source =
            switch flags & 3 {
            case 1: .backend
            case 2: .server
            default: .browser
            }
        let arrival = Arrival(receivedAt: receivedAt, ulid: ulid, source: source)
        let result = payload.withUnsafeBufferPointer { bytes in
            Result { () throws(Rejection) in
                let json: JSONValue
                do throws(JSONError) { json = try JSONDocument.parse(bytes).root } catch { throw .notJSON(error) }
                return try Event(json, arrival: arrival)
            }
        }
        self.init(try result.get(), emailIdentifies: flags & 4 == 0, isFromRobot: flags & 8 != 0)
    }
}
