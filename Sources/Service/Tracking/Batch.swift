import Text
import CRM
import HTTP

/// The events of one request, each read when its turn comes: read all at once they would take the memory of the request
/// several times over.
struct Batch {
    /// When the request had arrived as a whole.
    let receivedAt: Timestamp
    private let events: JSONList
    private let request: Request
    private let maxEventBytes: Int
    private let read: (JSONValue, ULID) -> Submission

    /// - Parameter read: reads one event, to which the ULID belongs.
    init(
        _ events: JSONList, of request: Request, receivedAt: Timestamp, maxEventBytes: Int,
        read: @escaping (JSONValue, ULID) -> Submission
    ) {
        self.receivedAt = receivedAt
        self.events = events
        self.request = request
        self.maxEventBytes = maxEventBytes
        self.read = read
    }

    /// The head of the request.
    var head: RequestHead { request.head }
    /// How many events there are.
    var count: Int { events.count }
    /// Bytes of memory that the batch takes.
    var keptBytes: Int { request.keptBytes + events.indexBytes }

    /// Bytes of the text of one event.
    func size(of index: Int) -> Int { events.size(of: index) }

    /// One event, or why it is refused.
    func submission(_ index: Int, ulid: ULID) -> Submission {
        events.withElement(index) { event in
            guard size(of: index) <= maxEventBytes else {
                return .refused(.rejected(.tooLarge(limit: maxEventBytes)), Sighting(event, idempotencyKey: nil))
            }
            return read(event, ulid)
        }
    }
}
