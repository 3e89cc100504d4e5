import Text

/// Lends `text` to the reader and hands the root value to `body`.
package func withJSON<Result>(_ text: String, _ body: (JSONValue) throws -> Result) throws -> Result {
    try withJSON(Array(text.utf8), body)
}

package func withJSON<Result>(_ bytes: [UInt8], _ body: (JSONValue) throws -> Result) throws -> Result {
    try bytes.withUnsafeBufferPointer { try body(JSONDocument.parse($0).root) }
}

/// The error for `bytes`; nil if they are JSON.
package func jsonError(_ bytes: [UInt8]) -> JSONError? {
    bytes.withUnsafeBufferPointer { bytes in
        do throws(JSONError) {
            _ = try JSONDocument.parse(bytes)
            return nil
        } catch {
            return error
        }
    }
}

package func jsonError(_ text: String) -> JSONError? { jsonError(Array(text.utf8)) }

/// The event of the contract.
package let sampleEvent = #"""
    {"event_type": "booking.completed",
     "event_id": "evt-0001",
     "timestamp": "2026-11-23T06:20:00Z",
     "customer": {"id": "user123", "email": "john@example.com", "name": "John Doe", "phone": "+1234567890"},
     "event_data": {"vehicle_id": "car_789", "vehicle_name": "Toyota Camry", "pickup_location": "Airport", "total_amount": 450.00},
     "session": {"session_id": "sess_abc123", "device": "mobile", "browser": "Chrome"}}
    """#
