import Text
import Redis
import CRM
import HTTP
import Service
import Store

/// What a fuzzer tries: the parsers that see bytes from outside, and what must hold of everything they let through.
///
/// `make fuzz` builds this with libFuzzer, which calls ``run(_:)`` for each input. Built without it, the program runs
/// the files that it is given, which is how a finding is looked at again.
enum Fuzz {
    /// The first byte chooses the parser, so that one corpus serves all.
    static func run(_ input: UnsafeBufferPointer<UInt8>) {
        guard let choice = input.first else { return }
        let bytes = UnsafeBufferPointer(rebasing: input.dropFirst())
        switch choice % 8 {
        case 0: requests(bytes)
        case 1: event(bytes)
        case 2: values(bytes)
        case 3: settings(bytes)
        case 4: JournalFuzz.run(bytes)
        case 5: chunks(bytes)
        case 6: document(bytes)
        default: texts(bytes)
        }
    }

    /// However a stream is cut, it holds the same requests and ends with the same error.
    private static func requests(_ bytes: UnsafeBufferPointer<UInt8>) {
        let cut = bytes.isEmpty ? 0 : Int(bytes[0]) % (bytes.count + 1)
        let whole = decode([bytes[...]])
        precondition(whole == decode([bytes[..<cut], bytes[cut...]]), "a cut changes what is read")
    }

    /// A chunked body in three pieces: the coding has more states than the rest of a request.
    private static func chunks(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard bytes.count >= 2 else { return }
        let head = Array("POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)
        let body = Array(bytes.dropFirst(2))
        (head + body).withUnsafeBufferPointer { message in
            let cuts = [head.count + Int(bytes[0]), head.count + Int(bytes[1])].map { min($0, message.count) }.sorted()
            let whole = decode([message[...]])
            let pieces = [message[..<cuts[0]], message[cuts[0]..<cuts[1]], message[cuts[1]...]]
            precondition(whole == decode(pieces), "a cut changes what is read")
        }
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
        checkCommand(of: event)
        for data in [event.data, event.session] {
            data.json.withUnsafeBufferPointer {
                precondition((try? JSONDocument.parse($0)) != nil, "kept data is no JSON")
            }
        }
        let encoded = event.encoded
        do {
            let again = try Event(queued: encoded, receivedAt: now, flags: event.queueFlags, ulid: event.ulid)
            precondition(again.encoded == encoded, "an event changes on its way through the queue")
            precondition(again.id == event.id && again.time == event.time && again.booking == event.booking)
        } catch {
            preconditionFailure("an event cannot be read back: \(error.message)")
        }
    }

    /// The command has as many arguments as it says, each as long as it says, and its keys are what they should be.
    private static func checkCommand(of event: Event) {
        var command = CommandBuffer()
        command.write { command in
            command.add("EVALSHA")
            Arguments(retention: Retention()).write(Rules().change(for: event), to: &command)
        }
        let words = command.withBytes { bytes in
            var rest = bytes[...]
            func line(_ mark: Character) -> Int {
                guard let end = rest.firstIndex(of: 13) else { preconditionFailure("no end of a line") }
                let text = String(decoding: rest[..<end], as: UTF8.self)
                rest = rest[(end + 2)...]
                guard text.first == mark, let number = Int(text.dropFirst()) else { preconditionFailure("no length") }
                return number
            }
            let words = (0..<line("*")).map { _ in
                let length = line("$")
                defer { rest = rest.dropFirst(length + 2) }
                return String(decoding: rest.prefix(length), as: UTF8.self)
            }
            precondition(rest.isEmpty, "bytes behind the command")
            return words
        }
        precondition(words[1] == "4" && words[2] == "crm_event_" + event.namespace.prefix + event.id.text)
        precondition(words[3] == "crm_index_customer_" + (event.customer.id?.text ?? ""))
        precondition(words[4] == "crm_contact_email_" + (event.customer.email?.text ?? ""))
        // A day that is too old is not counted.
        precondition(words[5] == "crm_stats_" || words[5].hasPrefix("crm_stats_20") && words[5].utf8.count == 20)
    }

    /// All of a document can be visited, and each part is a document.
    private static func document(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let document = try? JSONDocument.parse(bytes) else { return }
        var waiting = [document.root]
        while let value = waiting.popLast() {
            precondition((try? JSONDocument.parse(value.raw)) != nil, "a part of a document is none")
            _ = (value.string, value.numberText, value.isBlank)
            switch value.kind {
            case .array: waiting += value.elements
            case .object:
                for member in value.members {
                    precondition(member.name == member.key.string, "a name changes")
                    waiting.append(member.value)
                }
            case .string, .number, .true, .false, .null: break
            }
            // Parts are parsed again each: a long chain would take its length squared.
            if waiting.count > 64 { return }
        }
    }

    /// Nothing that a URL carries behind its path is left, nor the value of a secret, whatever follows.
    private static func texts(_ bytes: UnsafeBufferPointer<UInt8>) {
        let text = String(decoding: bytes, as: UTF8.self)
        if !text.contains("zebra") {
            let pairs = [
                #"{"cvv":"zebra","#, #"{\"cvv\":{\"a\":\"zebra\"}"#, "pin='zebra'", "a=1&token=zebra&", "pin%3Dzebra",
            ]
            for pair in pairs {
                precondition(!Masking.text(pair + text).contains("zebra"), "a secret is left: \(pair)")
            }
        }
        let hidden = Masking.text("https://user:pw@shop.example/a;jsessionid=zebra/b?token=zebra#" + text)
        precondition(hidden.hasPrefix("https://shop.example/a/b"), "a URL is not stripped: \(hidden)")
        for mask in [Masking.text, Masking.phone] {
            for whole in [text, "/" + text] {
                let masked = mask(whole)
                precondition(masked.unicodeScalars.count <= BusinessData.maxCharacters, "a text is too long")
                precondition(mask(masked) == masked, "masking twice masks more")
            }
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
        for name in [
            "RATE_LIMIT", "TRUSTED_PROXIES", "ALLOWED_ORIGINS", "BASE_PATH", "ABANDON_AFTER_MINUTES", "PORT",
            "WRITE_KEYS", "ADMIN_TOKEN", "IDENTITY_MODE", "RETENTION_DAYS", "LOG_FORMAT", "REDIS_URL",
        ] {
            do { _ = try Settings(environment: [name: text]) } catch {
                precondition(error.name == name, "another variable is blamed")
            }
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
