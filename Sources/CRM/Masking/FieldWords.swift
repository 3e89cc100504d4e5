import Text

/// The words that `FieldName` looks for, all at once: a name of 20 letters costs 20 steps, not 2,000.
///
/// The words stand in a tree by letters. Where a name leaves a branch, it goes on in the branch of the longest end of
/// what was read (Aho and Corasick, "Efficient string matching", 1975).
struct FieldWords {
    /// A letter or digit of a name.
    struct Letter {
        /// See `FieldWords.symbol`.
        var symbol: UInt8
        var startsWord: Bool
    }

    enum Meaning: UInt8 {
        /// The value is a secret.
        case secret
        /// The value is a secret if the name says nothing else.
        case secretAlone
        /// The value is a URL, a relative one perhaps.
        case url
        /// The value is a phone number.
        case phone
        /// The value is an amount if the name says nothing else.
        case amount
    }

    struct Match {
        var meaning: Meaning
        /// Whether the word counts in the middle of another, too.
        var isAnywhere: Bool
        /// Of an amount: its place among ``AmountNames``, from 1 on.
        var rank: UInt8 = 0
    }

    static let shared = FieldWords()

    // Passwords and keys. `token` costs us `token_count`, `secret` costs us `secretary`: better than a leak.
    // `session_id` is not here: it tells visits apart, and the contract keeps it.
    private static let secretsAnywhere = [
        "password", "passwd", "passwort", "passphrase", "passcode", "pwd", "secret", "token", "credential", "csrf",
        "xsrf",
        "apikey", "accesskey", "privatekey", "signingkey", "encryptionkey", "phpsessid", "jsessionid",
        "verificationcode",
        // Passwords in German, French, Spanish (whatever letter beyond ASCII stands behind `contrase`) and Dutch.
        "kennwort", "motdepasse", "contrasena", "contrase\u{FF}", "wachtwoord",
        // Cards: number, code and date. `creditcard` alone is often the number.
        "cardnum", "ccnum", "creditcard", "debitcard", "securitycode", "cvv", "cvc", "cardcvn", "cardcid", "cardexp",
        "expmonth", "expyear", "expirymonth", "expiryyear", "expirationmonth", "expirationyear",
        // Cards, bank accounts and papers in German; whatever letter stands for the `ü`.
        "kartennummer", "kartennr", "kreditkarte", "sicherheitscode", "pruefnummer", "pr\u{FF}fnummer", "kontonummer",
        "kontonr", "steuernummer", "steueridentifikation", "sozialversicherungsn", "personalausweis", "ausweisnummer",
        "ausweisnr", "reisepass", "fuehrerscheinn", "f\u{FF}hrerscheinn",
        // Bank accounts and papers.
        "accountnumber", "routingnumber", "bankaccount", "socialsecurity",
        "driverlicen", "driverslicen", "drivinglicen",
    ]

    // `authorization` as a word costs us `pre_authorization_amount`, `cookie` costs us `cookie_consent`, and `pin` the
    // Indian `pin_code`; `author`, `authenticated`, `preauthorized`, `spinner`, `company`, `panorama_roof` stay.
    private static let secretWords = [
        "pin", "pincode", "pinnumber", "userpin", "cardpin", "senha", "otp", "totp", "mfa", "2fa", "onetimecode",
        "auth", "oauth", "authcode", "authkey", "authorization", "authorisation", "bearer", "jwt", "cookie", "cookies",
        "pan", "cardno", "cardcode", "ccno", "ccexp", "ccexpiry", "expdate", "csc", "cvn",
        "iban", "bic", "swift", "swiftcode", "accountno", "sortcode",
        "ssn", "taxid", "steuerid", "steuernr", "nationalid", "passport", "passportnumber", "passportno", "passportid",
        "licensenumber", "licencenumber", "licenseno", "licenceno",
    ]

    // `ski_pass` is business, and so is `campaign_cid`; `cid` alone is also the code on an American Express card.
    private static let secretsAlone = ["pass", "cid"]

    private static let urlsAnywhere = ["url", "href", "referrer", "referer"]
    private static let urlWords = [
        "uri", "path", "pathname", "page", "webpage", "homepage", "landingpage", "link", "deeplink",
    ]
    private static let phonesAnywhere = ["phone", "whatsapp", "msisdn"]
    private static let phoneWords = ["tel", "mobile", "cell", "fax"]

    /// For each node one entry for each symbol: the next node. Node 0 is the root.
    private var next = [UInt16](repeating: 0, count: symbols)
    /// For each node the word that ends there, and its length.
    private var ends: [(match: Match, length: Int)?] = [nil]
    /// For each node the node of the longest word that ends there or is an end of what was read; 0 if there is none.
    private var longest: [UInt16] = []
    /// For each node, where one has to look for the next shorter word.
    private var shorter: [UInt16] = []

    private init() {
        insert(Self.secretsAnywhere, Match(meaning: .secret, isAnywhere: true))
        insert(Self.secretWords, Match(meaning: .secret, isAnywhere: false))
        insert(Self.secretsAlone, Match(meaning: .secretAlone, isAnywhere: false))
        insert(Self.urlsAnywhere, Match(meaning: .url, isAnywhere: true))
        insert(Self.urlWords, Match(meaning: .url, isAnywhere: false))
        insert(Self.phonesAnywhere, Match(meaning: .phone, isAnywhere: true))
        insert(Self.phoneWords, Match(meaning: .phone, isAnywhere: false))
        for (index, name) in AmountNames.all.enumerated() {
            let word = "\(name)".filter { $0 != "_" }
            insert([word], Match(meaning: .amount, isAnywhere: false, rank: UInt8(index + 1)))
        }
        connect()
    }

    private mutating func insert(_ words: [String], _ match: Match) {
        for word in words {
            var node = 0
            for byte in word.utf8 {
                guard let symbol = Self.symbol(byte) else { preconditionFailure("not a letter or digit: \(word)") }
                let step = node * Self.symbols + Int(symbol)
                if next[step] == 0 {
                    next[step] = UInt16(ends.count)
                    ends.append(nil)
                    next.append(contentsOf: repeatElement(0, count: Self.symbols))
                }
                node = Int(next[step])
            }
            ends[node] = (match, word.utf8.count)
        }
    }

    /// Fills in where to go on when a branch ends, level by level: what is nearer to the root is known already.
    private mutating func connect() {
        longest = Array(repeating: 0, count: ends.count)
        shorter = longest
        var fallback = [Int](repeating: 0, count: ends.count)
        var level = [0]
        while !level.isEmpty {
            var children: [Int] = []
            for node in level {
                for symbol in 0..<Self.symbols {
                    let step = node * Self.symbols + symbol
                    let elsewhere = node == 0 ? 0 : next[fallback[node] * Self.symbols + symbol]
                    let child = Int(next[step])
                    guard child != 0 else {
                        next[step] = elsewhere
                        continue
                    }
                    fallback[child] = Int(elsewhere)
                    shorter[child] = longest[Int(elsewhere)]
                    longest[child] = ends[child] == nil ? shorter[child] : UInt16(child)
                    children.append(child)
                }
            }
            level = children
        }
    }

    /// How many symbols there are.
    private static let symbols = 37
    /// What stands for letters of other scripts: no word of ours has one.
    static let beyondASCII: UInt8 = 36

    /// 0 to 9 for a digit, 10 to 35 for a letter of either case, `beyondASCII`; nil for all else.
    static func symbol(_ byte: UInt8) -> UInt8? {
        let letter = (byte | 0x20) &- UInt8(ascii: "a")
        if letter < 26 { return letter + 10 }
        if byte.isDigit { return byte &- .zero }
        return byte >= 0x80 ? beyondASCII : nil
    }

    /// Calls `body` with every word in `letters`, its start and its end.
    func search(_ letters: UnsafeBufferPointer<Letter>, _ body: (_ start: Int, _ end: Int, Match) -> Void) {
        var node = 0
        for index in letters.indices {
            node = Int(next[node * Self.symbols + Int(letters[index].symbol)])
            var word = Int(longest[node])
            while word != 0, let (match, length) = ends[word] {
                body(index + 1 - length, index + 1, match)
                word = Int(shorter[word])
            }
        }
    }
}
