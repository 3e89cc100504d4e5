import Glibc

/// How much longer a piece of work takes for ten times as much: some ten times where time grows with the length, a
/// hundred times where it grows with its square.
///
/// It is the processor's time of this thread that counts, so neither a busy machine nor a sanitizer makes a difference.
package func growth(to length: Int, _ work: (Int) -> Void) -> Double {
    // What a first run alone costs, such as making tables, is no growth.
    work(length / 10)
    let part = processorTime { work(length / 10) }
    let whole = processorTime { work(length) }
    return whole / max(part, 0.001)
}

private func processorTime(_ work: () -> Void) -> Double {
    let start = threadSeconds()
    work()
    return threadSeconds() - start
}

private func threadSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1_000_000_000
}
