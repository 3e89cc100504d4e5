import CSystem
import Foundation
import Loop
import TestSupport

/// The wall clock in epoch milliseconds.
func now() -> Int64 { Moment.wallClock() }

/// What a process has used so far.
enum Usage {
    /// Processor time, user and system, of all threads, in microseconds.
    static func microseconds(of pid: pid_t) -> Double {
        var clock = clockid_t()
        var time = timespec()
        guard clock_getcpuclockid(pid, &clock) == 0, clock_gettime(clock, &time) == 0 else { return 0 }
        return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) / 1e3
    }

    /// Resident memory, in kilobytes.
    static func residentKilobytes(of pid: pid_t) -> Int { kilobytes("VmRSS", of: pid) }

    /// The most resident memory that it ever had, in kilobytes.
    static func peakKilobytes(of pid: pid_t) -> Int { kilobytes("VmHWM", of: pid) }

    private static func kilobytes(_ name: String, of pid: pid_t) -> Int {
        let status = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix(name + ":") } ?? ""
        return line.split(separator: " ").compactMap { Int($0) }.first ?? 0
    }
}

extension [Double] {
    /// The middle value; of an even number, the upper one.
    var median: Double { isEmpty ? .nan : sorted()[count / 2] }
}

/// Latencies, in microseconds.
struct Latencies {
    private(set) var all: [Double] = []

    mutating func add(_ microseconds: Double) { all.append(microseconds) }

    /// The 50th, 99th and 99.9th percentile.
    func percentiles() -> (Double, Double, Double) {
        let sorted = all.sorted()
        func at(_ share: Double) -> Double {
            sorted.isEmpty ? .nan : sorted[Swift.min(sorted.count - 1, Int(Double(sorted.count) * share))]
        }
        return (at(0.5), at(0.99), at(0.999))
    }
}

/// What one run of one rival came to.
struct Sample {
    var events = 0
    var errors = 0
    var seconds = 0.0
    var serverMicroseconds = 0.0
    var redisMicroseconds = 0.0
    var scriptMicroseconds = 0.0
    var loadMicroseconds = 0.0
    var latencies = Latencies()
    var residentKilobytes = 0

    var rate: Double { Double(events) / seconds }
    var serverPerEvent: Double { serverMicroseconds / Double(events) }
    var redisPerEvent: Double { redisMicroseconds / Double(events) }
    /// What the load generator itself costs, which shares the machine: a rival must not be measured by it.
    var loadPerEvent: Double { loadMicroseconds / Double(events) }
    var scriptPerEvent: Double { scriptMicroseconds / Double(events) }
}
