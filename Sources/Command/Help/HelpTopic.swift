/// A text of `crmsync help` beside those of the commands.
struct HelpTopic: Sendable {
    let name: String
    /// One sentence.
    let summary: String
    private let text: @Sendable (Terminal) -> String

    /// All topics, in the order of the help text.
    static let all: [HelpTopic] = [
        HelpTopic("settings", "Explains each environment variable.") { References.settings },
        HelpTopic("events", "Explains each event that a website may post.") { References.events },
        HelpTopic("keys", "Explains each key in Redis.") { References.keys },
        HelpTopic("errors", "Explains each error code of an answer.") { References.errors },
        HelpTopic("metrics", "Explains each metric of /metrics.") { References.metrics },
        HelpTopic("statuses", "Explains each exit status.") { References.statuses },
        HelpTopic("man", "Prints the man page, as roff.", text: { _ in ManPage.text }),
    ]

    private init(_ name: String, _ summary: String, text: @escaping @Sendable (Terminal) -> String) {
        (self.name, self.summary, self.text) = (name, summary, text)
    }

    private init(_ name: String, _ summary: String, _ blocks: @escaping @Sendable () -> [Block]) {
        self.init(name, summary, text: { TerminalText(blocks(), columns: $0.width).text })
    }

    /// Shows the text, and returns the exit status.
    func show(_ screen: Screen) -> Int32 {
        screen.raw(text(screen.terminal))
        return screen.end()
    }
}
