import HTTP
import Testing

struct ConformanceTests {
    @Test(arguments: ConformanceCase.all)
    func `the RFCs are followed`(_ example: ConformanceCase) {
        let reading = Reading(example.input)
        switch example.outcome {
        case .accepted(let summaries):
            #expect(reading.requests == summaries)
            #expect(reading.error == nil)
            #expect(reading.phase == .idle)
        case .refused(let error):
            #expect(reading.requests == [])
            #expect(reading.error == error)
        case .incomplete(let phase):
            #expect(reading.requests == [])
            #expect(reading.error == nil)
            #expect(reading.phase == phase)
        }
    }

    @Test(arguments: ConformanceCase.all)
    func `bytes mean the same wherever they are cut`(_ example: ConformanceCase) {
        let whole = Reading(example.input).withoutContinues
        for cut in example.input.indices {
            #expect(Reading([example.input[..<cut], example.input[cut...]]).withoutContinues == whole, "cut at \(cut)")
        }
        #expect(Reading(example.input.indices.map { example.input[$0...$0] }).withoutContinues == whole, "byte by byte")
    }

    @Test(arguments: ConformanceCase.all)
    func `no byte behind a refused request is read as a request`(_ example: ConformanceCase) {
        guard case .refused(let error) = example.outcome else { return }
        let good = String.get("").bytes
        let inOnePiece = Reading(example.input + good)
        #expect(inOnePiece.requests == [])
        #expect(inOnePiece.error == error)
        let inTwo = Reading([example.input[...], good[...]])
        #expect(inTwo.requests == [])
        #expect(inTwo.error == error)
        #expect(inTwo.phase == .idle)
    }

    @Test func `a good request before a bad one is read`() {
        let reading = Reading(String.get("") + .get("X : 1\r\n") + .get(""))
        #expect(reading.requests == ["GET / 1.1 keep "])
        #expect(reading.error == .spaceBeforeColon)
    }

    @Test func `the name of every case is its own`() {
        let names = ConformanceCase.all.map(\.testDescription)
        var seen: Set<String> = []
        #expect(names.filter { !seen.insert($0).inserted } == [])
        #expect(names.count >= 150)
    }
}
