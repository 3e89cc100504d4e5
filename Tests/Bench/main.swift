import Foundation

// Rivals that take events, measured side by side. `make bench` and `make profile` start it; the page
// Performance of the guide says what it shows.
do {
    if CommandLine.arguments.dropFirst() == ["profile"] {
        try Profile().run()
    } else {
        var bench = Bench()
        try bench.run()
    }
} catch {
    print("The bench ended early: \(error)")
    exit(1)
}
