import Foundation

// Busy clients, a receiver, a Redis, and whatever can go wrong with them; afterwards everything is counted.
// `make chaos` starts it; the page Reliability of the guide says what it shows.
// A server that changes its role ends its connections: an error of ours, not a death.
signal(SIGPIPE, SIG_IGN)
do {
    exit(try Chaos().run() ? 0 : 1)
} catch {
    say("The chaos ended early: \(error)")
    exit(2)
}
