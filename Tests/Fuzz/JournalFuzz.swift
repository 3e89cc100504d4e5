import Glibc
import Journal

/// A folder of the queue whose files are damaged as the input says.
///
/// Whatever is done to it, the journal opens or says why not, gives back only what was appended, in order, and takes
/// new events.
enum JournalFuzz {
    private static let written = [
        "{\"event_type\":\"page.viewed\"}", "", "short", String(repeating: "long ", count: 400), "last",
    ]
    private static let folder = makeFolder()
    private static let segment = folder + "/segment-000000000001"
    private static let template = makeTemplate()

    /// The first byte chooses the file, the rest is what is wrong with it.
    static func run(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let choice = bytes.first else { return }
        let template = Self.template
        empty()
        let rest = Array(bytes.dropFirst())
        switch choice % 4 {
        case 0:
            write(damaged(template, as: rest), to: segment)
            check(mayRepeat: false)
        case 1:
            write(rest, to: segment)
            check(mayRepeat: true)
        case 2:
            write(template, to: segment)
            write(rest, to: folder + "/applied")
            check(mayRepeat: false)
        default:
            write(rest, to: folder + "/dead-letters.ndjson")
            checkDeadLetters()
        }
    }

    /// Four bytes each: a place, what to do, and with what.
    private static func damaged(_ template: [UInt8], as orders: [UInt8]) -> [UInt8] {
        var file = template
        for start in stride(from: 0, to: orders.count - 3, by: 4) {
            guard !file.isEmpty else { break }
            let place = (Int(orders[start]) << 8 | Int(orders[start + 1])) % file.count
            let value = orders[start + 3]
            switch orders[start + 2] % 4 {
            case 0: file[place] ^= value
            case 1: file.removeSubrange(place...)
            case 2: file.append(contentsOf: repeatElement(value, count: place % 64))
            default: file.removeSubrange(place..<min(file.count, place + Int(value)))
            }
        }
        return file
    }

    private static func check(mayRepeat: Bool) {
        do throws(JournalError) {
            let journal = try Journal.open(options, calls: calls)
            let records = try journal.read(limit: 1000)
            if !mayRepeat {
                var expected = written[...]
                for record in records {
                    let text = String(decoding: record.payload, as: UTF8.self)
                    guard let place = expected.firstIndex(of: text) else {
                        preconditionFailure("a record that nobody wrote, or out of order")
                    }
                    precondition(record.receivedAt == Int64(place), "a time that nobody wrote")
                    expected = expected[(place + 1)...]
                }
            }
            precondition(journal.pendingCount == records.count, "the count is not what can be read")
            try journal.append([.init(receivedAt: 9, payload: Array("new".utf8))])
            let newest = try journal.read(limit: 1000).last
            precondition(newest?.payload == Array("new".utf8), "a new record is not there")
            if let last = records.last { try journal.markApplied(upTo: last.position) }
            journal.close()
            let again = try Journal.open(options, calls: calls)
            let left = try again.read(limit: 1000)
            precondition(left.map(\.payload) == [Array("new".utf8)], "what is left is another")
            again.close()
        } catch {
            // A newer version is the one thing that stops the start.
            guard case .unsupportedVersion = error else {
                preconditionFailure("the journal does not open: \(error)")
            }
        }
    }

    private static func checkDeadLetters() {
        do {
            let letters = try DeadLetters(directory: folder)
            let all = try letters.all()
            _ = try letters.remove(all)
            let left = try letters.all()
            precondition(left.isEmpty, "a dead letter cannot be removed")
        } catch {
            preconditionFailure("dead letters cannot be read: \(error)")
        }
    }

    private static var options: Journal.Options {
        .init(directory: folder, maxBytes: 1 << 20, damagedBytes: 1 << 16)
    }

    /// Nothing is synced: the machine does not die here.
    private static let calls = {
        var calls = SystemCalls.real
        calls.sync = { _ in 0 }
        return calls
    }()

    private static func makeTemplate() -> [UInt8] {
        do {
            let journal = try Journal.open(options, calls: calls)
            for (index, text) in written.enumerated() {
                try journal.append([.init(receivedAt: Int64(index), payload: Array(text.utf8))])
            }
            journal.close()
        } catch {
            preconditionFailure("no template: \(error)")
        }
        guard let file = fopen(segment, "r") else { preconditionFailure("no segment") }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = fread(&bytes, 1, bytes.count, file)
        return Array(bytes[..<count])
    }

    private static func makeFolder() -> String {
        let parent = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
        var name = Array("\(parent)/crmsync-fuzz-XXXXXX".utf8CString)
        guard mkdtemp(&name) != nil else { preconditionFailure("no folder") }
        atexit { JournalFuzz.remove() }
        return String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func remove() {
        empty()
        rmdir(folder)
    }

    private static func empty() {
        guard let directory = opendir(folder) else { return }
        defer { closedir(directory) }
        while let entry = readdir(directory) {
            withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { _ = unlink(folder + "/" + String(cString: $0)) }
            }
        }
    }

    private static func write(_ bytes: [UInt8], to path: String) {
        guard let file = fopen(path, "w") else { preconditionFailure("cannot write \(path)") }
        bytes.withUnsafeBufferPointer { _ = fwrite($0.baseAddress, 1, $0.count, file) }
        fclose(file)
    }
}
