import Foundation

// Rivals that take events, measured side by side. `make bench` starts it; README, section "Speed", says what it shows.
var bench = Bench()
do {
    try bench.run()
} catch {
    print("The bench ended early: \(error)")
    exit(1)
}
