import Text

extension Event {
    /// What the queue on disk keeps beside ``encoded``: who vouched for the event, and how far it may reach.
    public var queueFlags: UInt8 {
        let who: UInt8 =
            switch source {
            case .browser: 0
            case .backend: 1
            case .server: 2
            }
        return who | (emailIdentifies ? 0 : 4) | (isFromRobot ? 8 : 0) | (isProved ? 16 : 0)
    }

    /// Reads an event back from the queue.
    ///
    /// It has the ULID of its arrival, whatever became of it meanwhile: Redis may have restored half of it from a torn
    /// file, and the other application must write the same contact, timeline entry and task, not second ones beside
    /// them.
    ///
    /// - Parameter ulid: for an event that was queued without one.
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
        let result = payload.withUnsafeBufferPointer { bytes in
            Result { () throws(Rejection) in
                let json: JSONValue
                do throws(JSONError) { json = try JSONDocument.parse(bytes).root } catch { throw .notJSON(error) }
                let own = json.member("ulid")?.string.flatMap { ULID($0) }
                let arrival = Arrival(receivedAt: receivedAt, ulid: own ?? ulid, source: source)
                return try Event(json, arrival: arrival, isQueued: true)
            }
        }
        self.init(
            try result.get(), emailIdentifies: flags & 4 == 0, isProved: flags & 16 != 0, isFromRobot: flags & 8 != 0)
    }
}
