import Testing

@testable import Redis
@testable import Store

/// Error texts of Redis go to the log, and keys and arguments in them do not.
@Suite struct SafeTextTests {
    private static let sha = "bda8f1447644ad3f18dcd214bc29bcaf4cc9451b"

    @Test(
        arguments: [
            (
                "WRONGTYPE Operation against a key holding the wrong kind of value script: \(sha), on @user_script:12.",
                nil
            ),
            ("OOM command not allowed when used memory > 'maxmemory'.", nil),
            ("NOPERM this user has no permissions to run the 'config|get' command", nil),
            (
                "NOPERM this user has no permissions to run the 'john|doe' command",
                "NOPERM this user has no permissions to run the … command"
            ),
            ("NOPERM this user has no permissions to run the 'evalsha' command", nil),
            ("DAMAGED crm_stats_2024-05-10 bookings is not a number", "DAMAGED crm_stats_2024-05-10 … is not a number"),
            (
                "DAMAGED crm_index_moves_2024-05-10 x is not a number",
                "DAMAGED crm_index_moves_2024-05-10 … is not a number"
            ),
            ("WRONGTYPE crm_index_contacts_recent", nil),
            (
                "ERR @user_script:3: crm_contact_email_john@example.com is not a number",
                "ERR @user_script:3: … is not a number"
            ),
            (
                "ERR unknown command 'AUTH', with args beginning with: 'john@example.com' 'John' 'Doe' '+49170555123'",
                "ERR unknown command 'AUTH', with args beginning with: …"
            ),
            ("ERR key crm_index_customer_John Doe of wrong type", "ERR key … of wrong …"),
            ("ERR value 4111111111111111 is out of range", "ERR value … is out of range"),
            ("contact_01m85d33jk7xrym92h8zjky77e", "…"),
            ("JOHN", nil), ("", nil),
            ("ERR Error compiling script (new function): user_script:1: unexpected symbol near '#'", nil),
            ("ERR Protocol error: unauthenticated bulk length", nil),
        ] as [(String, String?)])
    func `a text keeps its code and the words of Redis, and nothing that a customer gave`(raw: String, kept: String?) {
        #expect(SafeText.of(raw, knows: Store.knows) == kept ?? raw)
    }

    @Test func `every error is cleaned where it is made`() {
        let error = RedisError(reply: "WRONGTYPE crm_contact_email_john@example.com")
        #expect(error == .refused("WRONGTYPE …"))
        #expect(RedisError(reply: "ERR hash value is not an integer") == .refused("ERR hash value is not an integer"))
        #expect(RedisError(reply: "LOADING Redis is loading") == .unable("LOADING Redis is loading"))
    }
}
