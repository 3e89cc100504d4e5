import Redis
import CRM
import Journal
import Store

/// Removes from the disk what waits there of persons who were erased: queued events and dead letters.
///
/// Whose they are is asked of Redis, by the marks that an erasure leaves there. So it is the same whoever erased the
/// person: this service, another one, or the command line.
final class JournalSweep {
    /// What was removed.
    struct Counts: Equatable, Sendable {
        var queued = 0
        var deadLetters = 0
    }

    /// Why not all was removed.
    enum Failure: Error {
        case journal(JournalError)
        case store(RedisError)

        var reason: String {
            switch self {
            case .journal(let error): error.description
            case .store(let error): error.reason
            }
        }
    }

    typealias Completion = (Result<Counts, Failure>) -> Void

    /// Bytes of events that are looked at in one go, so that new ones are not held up.
    static let sliceBytes = 131_072
    /// Dead letters that are looked at in one go.
    static let sliceLetters = 200

    private let journal: Journal
    private let store: Store
    private let done: Completion
    private var segments: [Int]
    private var counts = Counts()
    /// Of the segment that is being read.
    private var unwanted: [Journal.Record] = []
    /// Names with which a new beginning waits: what comes behind it is no event of the erased person.
    private var returned: Set<PersonName> = []
    private var ulids = ULIDGenerator()

    init(_ journal: Journal, _ store: Store, _ done: @escaping Completion) {
        self.journal = journal
        self.store = store
        self.done = done
        segments = journal.segmentNumbers
    }

    /// Starts; the sweep has to live until it is done.
    func start() { nextSegment() }

    private func nextSegment() {
        guard let number = segments.first else { return startLetters() }
        unwanted = []
        read(number, from: 0)
    }

    private func read(_ number: Int, from place: Int) {
        do throws(JournalError) {
            guard let stretch = try journal.stretch(ofSegment: number, from: place, bytes: Self.sliceBytes) else {
                segments.removeFirst()
                return nextSegment()
            }
            let records = stretch.records.filter { !$0.isVoid }
            judge(records.map { ($0.payload, $0.receivedAt, $0.flags) }) { [self] isErased in
                unwanted += zip(records, isErased).compactMap { $1 ? $0 : nil }
                if let next = stretch.next { read(number, from: next) } else { finish(number) }
            }
        } catch {
            done(.failure(.journal(error)))
        }
    }

    private func finish(_ number: Int) {
        // It may have gone meanwhile, with all that was in it.
        if !unwanted.isEmpty, journal.segmentNumbers.contains(number) {
            do throws(JournalError) { try journal.erase(unwanted) } catch { return done(.failure(.journal(error))) }
            counts.queued += unwanted.count
        }
        segments.removeFirst()
        nextSegment()
    }

    private func startLetters() {
        do throws(JournalError) {
            try read(DeadLetters(directory: journal.directory).all()[...])
        } catch {
            done(.failure(.journal(error)))
        }
    }

    private func read(_ letters: ArraySlice<DeadLetter>) {
        guard !letters.isEmpty else { return done(.success(counts)) }
        let slice = letters.prefix(Self.sliceLetters)
        judge(slice.map { ($0.event, $0.receivedAt, $0.flags) }) { [self] isErased in
            let unwanted = zip(slice, isErased).compactMap { $1 ? $0 : nil }
            do throws(JournalError) {
                if !unwanted.isEmpty {
                    counts.deadLetters += try DeadLetters(directory: journal.directory).remove(unwanted)
                }
            } catch {
                return done(.failure(.journal(error)))
            }
            read(letters.dropFirst(Self.sliceLetters))
        }
    }

    // MARK: Whose is it?

    private typealias Queued = (payload: [UInt8], receivedAt: Int64, flags: UInt8)

    /// Tells of each event whether it is of a person who was erased and has not begun anew since, as `apply.lua` does.
    private func judge(_ queued: [Queued], _ next: @escaping ([Bool]) -> Void) {
        let events = queued.map(event)
        let names = events.map { $0.map { PersonName.names(of: $0) } ?? [] }
        store.erasures(of: names.flatMap(\.self)) { [self] result in
            switch result {
            case .failure(let error): done(.failure(.store(error)))
            case .success(let moments):
                var rest = moments[...]
                next(
                    zip(events, names).map { event, names in
                        let own = zip(names, rest.prefix(names.count))
                        defer { rest = rest.dropFirst(names.count) }
                        return event.map { isErased($0, Array(own)) } ?? false
                    })
            }
        }
    }

    private func isErased(_ event: Event, _ names: [(PersonName, Timestamp?)]) -> Bool {
        let moments = names.filter { !returned.contains($0.0) }.compactMap(\.1)
        guard let last = moments.max() else { return false }
        guard event.type == .customerCreated, event.time > last else { return true }
        returned.formUnion(names.map(\.0))
        return false
    }

    /// What another version wrote, or a person by hand, may be unreadable: then nobody knows whose it is.
    private func event(_ queued: Queued) -> Event? {
        let receivedAt = Timestamp(clamping: queued.receivedAt)
        return try? Event(
            queued: queued.payload, receivedAt: receivedAt, flags: queued.flags, ulid: ulids.next(at: receivedAt))
    }
}
