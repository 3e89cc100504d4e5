import CRM
import HTTP
import Service
import Store

/// What a fuzzer tries: the parsers that see bytes from outside, and what must hold of everything they let through.
///
/// `make fuzz` builds this with libFuzzer, which calls ``run(_:)`` for each input. Built without it, the program runs the
/// files that it is given, which is how a finding is looked at again.
enum Fuzz {
    /// The first byte chooses the parser, so that one corpus serves all.
    static func run(_ input: UnsafeBufferPointer<UInt8>) {
        guard let choice = input.first else { return }
        let bytes = UnsafeBufferPointer(rebasing: input.dropFirst())
        switch choice % 4 {
        case 0: requests(bytes)
        case 1: event(bytes)
        case 2: values(bytes)
        default: settings(bytes)
        }
    }

    /// However a stream is cut, it holds the same requests and ends with the same error.
    private static func requests(_ bytes: UnsafeBufferPointer<UInt8>) {
        let cut = bytes.isEmpty ? 0 : Int(bytes[0]) % (bytes.count + 1)
        let whole = decode([bytes[...]])
        precondition(whole == decode([bytes[..<cut], bytes[cut...]]), "a cut changes what is read")
    }

    private static func decode(_ parts: [Slice<UnsafeBufferPointer<UInt8>>]) -> [String] {
        var decoder = RequestDecoder()
        var seen: [String] = []
        for part in parts {
            decoder.append(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: part)))
            do {
                loop: while true {
                    switch try decoder.next(bodyLimit: { _ in 4096 }) {
                    case .needsMoreBytes: break loop
                    case .expectsContinue: continue
                    case .request(let request):
                        precondition(request.body.count <= 4096, "a body is larger than its limit")
                        seen.append("\(request.method.name) \(request.path) \(request.body.count) \(request.segments)")
                    }
                }
            } catch {
                let code = "error \(error.code)"
                if seen.last != code { seen.append(code) }
            }
        }
        return seen
    }

    /// What is taken can be written down and read again, and is the same.
    private static func event(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let document = try? JSONDocument.parse(bytes) else { return }
        let now = Timestamp(clamping: 1_795_477_835_347)
        var ulids = ULIDGenerator()
        guard let event = try? Event(document.root, arrival: Arrival(receivedAt: now, ulid: ulids.next(at: now))) else {
            return
        }
        _ = Rules().change(for: event)
        let encoded = event.encoded
        do {
            let again = try Event(queued: encoded, receivedAt: now, flags: event.queueFlags, ulid: event.ulid)
            precondition(again.encoded == encoded, "an event changes on its way through the queue")
            precondition(again.id == event.id && again.time == event.time && again.booking == event.booking)
        } catch {
            preconditionFailure("an event cannot be read back: \(error.message)")
        }
    }

    private static func values(_ bytes: UnsafeBufferPointer<UInt8>) {
        let text = String(decoding: bytes, as: UTF8.self)
        if let time = Timestamp(text) { precondition(Timestamp(iso8601: time.iso8601) == time, "a time changes") }
        if let amount = try? Money(text) {
            precondition((try? Money(amount.description)) == amount, "an amount changes")
            precondition(amount <= Money.maximum)
        }
        if let email = Email(text) { precondition(Email(email.text) == email, "an address changes") }
        if let id = CustomerID(text) { precondition(CustomerID(id.text) == id, "an id changes") }
        let masked = Masking.text(text)
        precondition(Masking.text(masked) == masked, "masking twice masks more")
    }

    private static func settings(_ bytes: UnsafeBufferPointer<UInt8>) {
        let text = String(decoding: bytes, as: UTF8.self)
        _ = try? RedisURL(text)
        for name in ["RATE_LIMIT", "TRUSTED_PROXIES", "ALLOWED_ORIGINS", "BASE_PATH", "ABANDON_AFTER_MINUTES", "PORT"] {
            _ = try? Settings(environment: [name: text])
        }
    }
}

#if FUZZING
    /// What libFuzzer, which has the `main`, calls for each input.
    @_cdecl("LLVMFuzzerTestOneInput")
    public func fuzzOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
        Fuzz.run(UnsafeBufferPointer(start: bytes, count: count))
        return 0
    }
#else
    import Glibc

    @main
    enum Replay {
        static func main() {
            for path in CommandLine.arguments.dropFirst() {
                guard let file = fopen(path, "r") else {
                    print("cannot open \(path)")
                    exit(1)
                }
                defer { fclose(file) }
                var input = [UInt8](repeating: 0, count: 1 << 20)
                let count = fread(&input, 1, input.count, file)
                input[..<count].withUnsafeBufferPointer { Fuzz.run($0) }
                print("\(path): no finding")
            }
        }
    }
#endif
