import Testing

@testable import Text

/// Elements of an array that are read later than the array.
@Suite struct JSONListTests {
    private func list(_ text: String) throws(JSONError) -> JSONList? {
        // The text stands in the middle of what was received, as in a request.
        try JSONList(named: "events", in: Array(("head" + text).utf8)[4...])
    }

    @Test func `each element can be read by itself, in any order`() throws {
        let list = try #require(try list(#"{"a":[1], "events": [ {"x":"y"}, 27 ,[true,null],"\n"] , "b":{}}"#))
        #expect(list.count == 4)
        #expect((0..<4).map { list.size(of: $0) } == [9, 2, 11, 4])
        #expect(list.withElement(3) { $0.string } == "\n")
        #expect(list.withElement(0) { $0.member("x")?.string } == "y")
        #expect(list.withElement(1) { $0.numberText } == "27")
        #expect(list.withElement(2) { $0.elements.map(\.bool) } == [true, nil])
        #expect(list.indexBytes >= 12 * 16)
    }

    @Test(arguments: ["[]", "7", "{}", #"{"events":{}}"#, #"{"events":[1],"events":"x"}"#, #"{"event":[1]}"#])
    func `there is none where the text holds no such array`(text: String) throws {
        #expect(try list(text) == nil)
    }

    @Test func `a text that is not JSON is refused as such`() {
        #expect(throws: JSONError.self) { try list(#"{"events":[1,]}"#) }
        #expect(throws: JSONError.self) { try list("") }
    }

    @Test func `an empty array has no elements`() throws {
        #expect(try list(#"{"events":[]}"#)?.count == 0)
    }
}
