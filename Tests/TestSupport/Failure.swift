/// Why a test could not go on; its text is what the test report shows.
public struct Failure: Error, CustomStringConvertible {
    /// What was expected and what was there instead.
    public let description: String

    /// Makes a failure out of a sentence.
    public init(_ description: String) {
        self.description = description
    }
}
