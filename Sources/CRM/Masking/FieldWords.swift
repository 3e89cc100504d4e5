/// The words that `FieldName` looks for, in a tree by letters: a name of 20 letters costs some 30 steps, not 2,000.
struct FieldWords {
    enum Meaning: UInt8 {
        /// The value is a secret.
        case secret
        /// The value is a secret if the name says nothing else.
        case secretAlone
        /// The value is a URL, a relative one perhaps.
        case url
        /// The value is a phone number.
        case phone
    }

    struct Match {
        var meaning: Meaning
        /// Whether the word counts in the middle of another, too.
        var isAnywhere: Bool
    }

    static let shared = FieldWords()

    // Passwords and keys. `token` costs us `token_count`, `secret` costs us `secretary`: better than a leak.
    // `session_id` is not here: it tells visits apart, and the contract keeps it.
    private static let secretsAnywhere = [
        "password", "passwd", "passwort", "passphrase", "passcode", "pwd", "secret", "token", "credential",
        "apikey", "accesskey", "privatekey", "signingkey", "encryptionkey", "phpsessid", "jsessionid",
        "verificationcode",
        // Cards: number, code and date. `creditcard` alone is often the number.
        "cardnum", "ccnum", "creditcard", "debitcard", "securitycode", "cvv", "cvc", "cardexp",
        "expmonth", "expyear", "expirymonth", "expiryyear", "expirationmonth", "expirationyear",
        // Bank accounts and papers.
        "accountnumber", "routingnumber", "bankaccount", "socialsecurity",
        "driverlicen", "driverslicen", "drivinglicen",
    ]

    // `authorization` as a word costs us `pre_authorization_amount`, `cookie` costs us `cookie_consent`, and `pin` the
    // Indian `pin_code`; `author`, `authenticated`, `preauthorized`, `spinner`, `company`, `panorama_roof` stay.
    private static let secretWords = [
        "pin", "pincode", "pinnumber", "userpin", "cardpin", "otp", "totp", "mfa", "2fa", "onetimecode",
        "auth", "oauth", "authcode", "authkey", "authorization", "authorisation", "bearer", "jwt", "cookie", "cookies",
        "pan", "cardno", "ccno", "ccexp", "ccexpiry", "expdate", "csc",
        "iban", "bic", "swift", "swiftcode", "accountno", "sortcode",
        "ssn", "taxid", "nationalid", "passport", "passportnumber", "passportno", "passportid",
        "licensenumber", "licencenumber", "licenseno", "licenceno",
    ]

    // `ski_pass` is business.
    private static let secretsAlone = ["pass"]

    private static let urlsAnywhere = ["url", "href", "referrer", "referer"]
    private static let urlWords = [
        "uri", "path", "pathname", "page", "webpage", "homepage", "landingpage", "link", "deeplink",
    ]
    private static let phonesAnywhere = ["phone", "whatsapp", "msisdn"]
    private static let phoneWords = ["tel", "mobile", "cell", "fax"]

    /// For each node 36 entries, one for each letter and digit: the next node, or 0.
    private var next = [UInt16](repeating: 0, count: 36)
    /// For each node the word that ends there.
    private var ends: [Match?] = [nil]

    private init() {
        insert(Self.secretsAnywhere, Match(meaning: .secret, isAnywhere: true))
        insert(Self.secretWords, Match(meaning: .secret, isAnywhere: false))
        insert(Self.secretsAlone, Match(meaning: .secretAlone, isAnywhere: false))
        insert(Self.urlsAnywhere, Match(meaning: .url, isAnywhere: true))
        insert(Self.urlWords, Match(meaning: .url, isAnywhere: false))
        insert(Self.phonesAnywhere, Match(meaning: .phone, isAnywhere: true))
        insert(Self.phoneWords, Match(meaning: .phone, isAnywhere: false))
    }

    private mutating func insert(_ words: [String], _ match: Match) {
        for word in words {
            var node = 0
            for byte in word.utf8 {
                guard let symbol = Self.symbol(byte) else { preconditionFailure("not a letter or digit: \(word)") }
                if next[node * 36 + symbol] == 0 {
                    next[node * 36 + symbol] = UInt16(ends.count)
                    ends.append(nil)
                    next.append(contentsOf: repeatElement(0, count: 36))
                }
                node = Int(next[node * 36 + symbol])
            }
            ends[node] = match
        }
    }

    private static func symbol(_ byte: UInt8) -> Int? {
        if byte.isDigit { return Int(byte &- .zero) }
        let letter = byte &- UInt8(ascii: "a")
        return letter < 26 ? Int(letter) + 10 : nil
    }

    /// Calls `body` with every word in `letters`, its start and its end.
    func search(_ letters: UnsafeBufferPointer<UInt8>, _ body: (_ start: Int, _ end: Int, Match) -> Void) {
        next.withUnsafeBufferPointer { next in
            ends.withUnsafeBufferPointer { ends in
                for start in letters.indices {
                    var node = 0
                    var position = start
                    while position < letters.count, let symbol = Self.symbol(letters[position]) {
                        node = Int(next[node * 36 + symbol])
                        if node == 0 { break }
                        position += 1
                        if let match = ends[node] { body(start, position, match) }
                    }
                }
            }
        }
    }
}
