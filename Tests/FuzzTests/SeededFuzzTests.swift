import Foundation
import TestSupport
import Testing

@testable import Fuzz

/// What `make fuzz` does for minutes, for a moment: seeds, mutated. CRMSYNC_SEED=<number> repeats a run.
@Suite struct SeededFuzzTests {
    private static let seeds: [[UInt8]] = {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Fuzz/Seeds")
        let files = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
        return files.sorted { $0.path < $1.path }.compactMap { try? Array(Data(contentsOf: $0)) }
    }()

    /// The first byte of an input, which chooses what it is for.
    private static let choices = [
        "requests", "events", "values", "settings", "journal", "chunks", "documents", "texts",
    ]

    @Test(arguments: choices.indices)
    func `mutated input does no harm`(choice: Int) throws {
        var random = SeededRandom()
        let seeds = Self.seeds.filter { $0.first.map { Int($0 % 8) } == choice }
        try #require(!seeds.isEmpty, "there is no seed for \(Self.choices[choice])")
        for _ in 0..<(choice == 4 ? 300 : 1000) {
            var input = Self.mutated(try #require(seeds.randomElement(using: &random)), Self.seeds, &random)
            if input.isEmpty { input = [0] }
            input[0] = UInt8(choice)
            input.withUnsafeBufferPointer { Fuzz.run($0) }
        }
    }

    private static func mutated(_ seed: [UInt8], _ all: [[UInt8]], _ random: inout SeededRandom) -> [UInt8] {
        var bytes = seed
        for _ in 0..<Int.random(in: 0...6, using: &random) {
            let place = Int.random(in: 0...bytes.count, using: &random)
            let end = min(place + Int.random(in: 0...8, using: &random), bytes.count)
            switch Int.random(in: 0..<5, using: &random) {
            case 0: bytes.replaceSubrange(place..<end, with: [UInt8.random(in: 0...255, using: &random)])
            case 1: bytes.removeSubrange(place..<end)
            case 2: bytes.insert(contentsOf: bytes[place..<end], at: place)
            case 3:
                guard let other = all.randomElement(using: &random), !other.isEmpty else { continue }
                let start = Int.random(in: 0..<other.count, using: &random)
                bytes.insert(contentsOf: other[start..<min(start + 20, other.count)], at: place)
            default:
                if place < bytes.count { bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &random) }
            }
        }
        return bytes
    }
}
