import Foundation

/// Markdown, for people.
enum Report {
    /// Prints one row for each rival. Ratios are taken round by round, of runs that followed one another, and then
    /// their median: a machine that is slower for a while is so for both.
    static func printTable(_ title: String, _ rows: some Sequence<(String, [Sample])>) {
        print("### \(title)\n")
        print(
            "| | events/s | ratio | server CPU µs | Redis CPU µs | script µs | load CPU µs | p50 ms | p99 ms | p99.9 ms "
                + "| RSS MB | errors |")
        print("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
        let rows = Array(rows)
        for (name, samples) in rows {
            func median(_ value: (Sample) -> Double) -> Double { samples.map(value).median }
            let latencies = samples.map { $0.latencies.percentiles() }
            let ratios = zip(samples, rows[0].1).map { $0.rate / $1.rate }
            let cells = [
                name, text(median(\.rate), 0), text(ratios.median, 2), text(median(\.serverPerEvent), 1),
                text(median(\.redisPerEvent), 1), text(median(\.scriptPerEvent), 1), text(median(\.loadPerEvent), 1),
                text(latencies.map(\.0).median / 1000, 2), text(latencies.map(\.1).median / 1000, 2),
                text(latencies.map(\.2).median / 1000, 2), text(median { Double($0.residentKilobytes) / 1024 }, 1),
                String(samples.reduce(0) { $0 + $1.errors }),
            ]
            print("| " + cells.joined(separator: " | ") + " |")
        }
        print("")
    }

    /// A number with that many decimal places; `-` for none.
    static func text(_ number: Double, _ places: Int) -> String {
        number.isNaN || number == 0 ? "-" : String(format: "%.\(places)f", number)
    }
}
