import CRM
import HTTP

/// Requests with events that are complete and whose turn has not come: events go on as there is room on the way to
/// Redis and to the disk, and clients take turns.
///
/// Without this order one client's large batches would stand before the events of all others, in memory and in Redis.
final class EventTurns {
    /// Bytes of requests that are looked at in one round of the loop; the others wait for the next.
    static let maxBytesInRound = 196_608
    /// Bytes that an event costs beside its text.
    static let eventOverhead = 512

    /// What waits for its turn.
    private enum Work {
        /// A request that nobody has looked at.
        case request(Request, (Request) -> Void)
        /// A batch of which some events are taken.
        case batch(BatchProgress)
    }

    private let admission: Admission
    private let intake: Intake
    private let budget: MemoryBudget
    private var ulids = ULIDGenerator()
    private var queue = FairQueue<(work: Work, client: ObjectIdentifier)>() { didSet { intake.waiting = queue.count } }
    private var bytesInRound = 0

    init(admission: Admission, intake: Intake, budget: MemoryBudget) {
        self.admission = admission
        self.intake = intake
        self.budget = budget
    }

    /// Makes the id of an event that has arrived at this time.
    func newULID(at time: Timestamp) -> ULID { ulids.next(at: time) }

    /// Whether a request with events has to wait for its turn.
    var mustWait: Bool { !queue.isEmpty || !isRoundOpen || !intake.hasRoom }

    private var isRoundOpen: Bool { bytesInRound < Self.maxBytesInRound }

    /// Whether nothing waits.
    var isEmpty: Bool { queue.isEmpty }
    /// Whether more can be done in the next round, whatever happens until then.
    var isReady: Bool { !queue.isEmpty && intake.hasRoomForTurn }

    /// Keeps a request until its turn, when `perform` is called with it.
    func wait(_ request: Request, of client: ClientConnection, _ perform: @escaping (Request) -> Void) {
        budget.waiting += request.keptBytes
        let client = ObjectIdentifier(client)
        queue.append((.request(request, perform), client), price: request.keptBytes, of: client)
    }

    /// Notes what a request costs that need not wait.
    func note(_ request: Request) { bytesInRound += request.keptBytes }

    /// Takes the events of a batch: now as far as there is room and nobody waits, then as their turn comes.
    func begin(
        _ batch: Batch, from sender: Sender, of client: ClientConnection, _ done: @escaping ([Verdict]) -> Void
    ) {
        guard batch.count > 0 else { return done([]) }
        let progress = BatchProgress(batch, sender, admission.grant(batch.count, sender), done)
        budget.waiting += batch.keptBytes
        // The turn of the request is that of its first event.
        repeat { takeNext(of: progress) } while progress.batch != nil && !mustWait && intake.hasRoomForTurn
        putBack(progress, of: ObjectIdentifier(client))
    }

    /// Does what there is room for; call at the end of a round.
    func run() {
        while isRoundOpen, intake.hasRoomForTurn, let (work, client) = queue.next() {
            switch work {
            case .request(let request, let perform):
                budget.waiting -= request.keptBytes
                bytesInRound += request.keptBytes
                perform(request)
            case .batch(let progress):
                takeNext(of: progress)
                putBack(progress, of: client)
            }
        }
    }

    /// Begins a new round of the loop.
    func beginRound() { bytesInRound = 0 }

    private func takeNext(of progress: BatchProgress) {
        guard let batch = progress.batch else { return }
        let index = progress.taken
        progress.taken += 1
        if progress.taken == batch.count {
            progress.batch = nil
            budget.waiting -= batch.keptBytes
        }
        bytesInRound += Self.eventOverhead + batch.size(of: index)
        let submission = batch.submission(index, ulid: newULID(at: batch.receivedAt))
        admission.admit(submission, at: index, of: progress.grant, from: progress.sender, of: batch.head) {
            progress.settle(index, $0)
        }
    }

    private func putBack(_ progress: BatchProgress, of client: ObjectIdentifier) {
        guard let batch = progress.batch else { return }
        let price = Self.eventOverhead + batch.size(of: progress.taken)
        queue.putBack((.batch(progress), client), price: price, of: client)
    }
}
