import Text

extension Event {
    /// Reads one event from the text of a request's body.
    public convenience init(text: [UInt8], arrival: Arrival) throws(Rejection) {
        let result = text.withUnsafeBufferPointer { bytes in
            Result { () throws(Rejection) in
                let json: JSONValue
                do throws(JSONError) { json = try JSONDocument.parse(bytes).root } catch { throw .notJSON(error) }
                return try Event(json, arrival: arrival)
            }
        }
        self.init(try result.get())
    }
}
