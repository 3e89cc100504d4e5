import Text

/// Error texts of Redis without what customers gave: they quote keys and arguments, and a key may end in an email.
///
/// A word is kept if Redis or Lua says it in a message of their own, if it is a place in a script, or if the owner of
/// the connection knows it, such as the name of a key of all contacts. Everything else becomes `…`.
public enum SafeText {
    /// Words that are safe to show, of whoever uses the connection.
    public typealias Knows = @Sendable (_ word: String) -> Bool

    /// The safe words of an error text.
    public static func of(_ text: String, knows: Knows = { _ in false }) -> String {
        var words: [Substring] = []
        for (index, word) in text.split(separator: " ").prefix(maxWords).enumerated() {
            let isCode = index == 0 && word.utf8.allSatisfy { $0 >= 65 && $0 <= 90 } && word.utf8.count <= 20
            if isCode || isKnown(word, knows) {
                words.append(word)
            } else if words.last != "…" {
                words.append("…")
            }
        }
        return words.joined(separator: " ")
    }

    private static let maxWords = 60

    private static func isKnown(_ word: Substring, _ knows: Knows) -> Bool {
        let bare = word.drop(while: isPunctuation).reversed().drop(while: isPunctuation).reversed()
        let text = String(bare)
        let parts = text.lowercased().split(separator: "|").map(String.init)
        return parts.allSatisfy { vocabulary.contains($0) || knows($0) } || isPlace(text)
    }

    private static func isPunctuation(_ character: Character) -> Bool { "'\"`.,:;()#@<>".contains(character) }

    /// `user_script:12`, or the SHA-1 of a script.
    private static func isPlace(_ text: String) -> Bool {
        let digest = text.hasPrefix("f_") ? text.dropFirst(2) : text[...]
        if digest.utf8.count == 40, digest.allSatisfy({ $0 >= "0" && $0 <= "9" || $0 >= "a" && $0 <= "f" }) {
            return true
        }
        guard text.hasPrefix("user_script") else { return false }
        return text.dropFirst(11).allSatisfy { $0 >= "0" && $0 <= "9" || $0 == ":" }
    }

    private static let vocabulary: Set<String> = {
        var words: Set<String> = []
        for word in known.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
            words.insert(
                String(word.drop(while: isPunctuation).reversed().drop(while: isPunctuation).reversed()).lowercased())
        }
        return words
    }()

    /// Messages of Redis 7, of Valkey, of Lua, and of our scripts.
    private static let known = """
        WRONGTYPE Operation against a key holding the wrong kind of value. DAMAGED is not a number.
        NOSCRIPT No matching script. Please use EVAL. LOADING Redis Valkey server is loading the dataset in memory
        BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE. FUNCTION module command.
        MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'. 'allow-stale' flag not on the.
        MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk. Commands that may
        modify the data set are disabled, because this instance is configured to report errors during writes if RDB
        snapshotting fails (stop-writes-on-bgsave-error option). Please check the Redis logs for details about the RDB
        error. Errors writing to the AOF file: data, Writable scripts are blocked. Use 'no-writes' flag for read only
        scripts. No space left on device, Input/output error, Disk quota exceeded, File too large
        READONLY You can't write against a read only replica. Can not run script with write flag on readonly replica
        NOAUTH Authentication required. NOPROTO unsupported protocol version. OOM allow-oom flag is not set, can not run it
        when used memory > 'maxmemory'. command not allowed. NOREPLICAS Not enough good replicas to write.
        EXECABORT Transaction discarded because of previous errors. max number of clients + cluster connections reached
        NOPERM this user has no permissions to run the command, or its subcommand, to access one of the keys channels used
        as arguments. No permissions to access a key channel. The user executing the script can't run this.
        WRONGPASS invalid username-password pair or user is disabled. ERR invalid password. operation not permitted
        ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration
        is correct? CROSSSLOT Keys in request don't hash to the same slot. TRYAGAIN Multiple keys request during rehashing
        of slot. CLUSTERDOWN The cluster is down and only accepts read commands. Hash slot not served. MOVED ASK
        ERR SELECT is not allowed in cluster mode. DB index is out of range. invalid DB. Protocol error: unauthenticated
        bulk multibulk length. ERR unknown command, unknown subcommand, with args beginning with: wrong number of
        arguments for. syntax error. no such key. hash value is not an integer or out of range. value is not a valid float.
        increment or decrement would overflow. resulting score is not a number (NaN). string exceeds maximum allowed size.
        ERR Error compiling script (new function): unexpected symbol near. Error running script (call to): on line
        Unknown Redis command called from script. This Redis command is not allowed from script. Write commands are not
        allowed from read-only scripts. Script attempted to access nonexistent global variable, to access a non local key
        in a cluster node. Invalid command passed to redis.acl_check_cmd() redis.call redis.pcall Lua redis lib command
        arguments must be strings or integers. Please specify at least one argument for this. attempt to compare index
        call concatenate perform arithmetic on a field local global upvalue nil number string table boolean value two
        values. bad argument to expected got no. stack overflow. not enough memory. too many results to unpack. malformed
        Script killed by user with SCRIPT KILL. UNKILLABLE Sorry the script already executed write commands against the
        dataset. CONFIG INFO HELLO ROLE SELECT PING LOAD wait termination hard way using. Not busy. connecting slaves insufficient internal lua error
        """
}
