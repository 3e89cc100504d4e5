/// A part of a help text, which a terminal and a man page show in different ways.
enum Block: Sendable {
    /// The headline of what follows.
    case heading(String)
    case paragraph(String)
    /// A command and the parts of its synopsis, which stay together.
    case usage([(command: String, parts: [String])])
    /// Terms, each with its explanation.
    case terms([(term: String, text: String)])
    /// Lines that are not changed.
    case lines([String])
}
