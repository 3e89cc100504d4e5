import Foundation

// Busy clients, a receiver, a Redis, and whatever can go wrong with them; afterwards everything is counted.
// `make chaos` starts it; README, section "When something fails", says what it shows.
do {
    exit(try Chaos().run() ? 0 : 1)
} catch {
    print("The chaos ended early: \(error)")
    exit(2)
}
