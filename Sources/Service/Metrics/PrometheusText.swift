/// The text format of Prometheus.
struct PrometheusText {
    var text = ""

    mutating func family(_ name: String, _ type: String, _ help: String) {
        line("# HELP \(name) \(help)")
        line("# TYPE \(name) \(type)")
    }

    mutating func sample(_ name: String, _ labels: [(String, String)], _ value: Int) {
        let list = labels.map { "\($0.0)=\"\($0.1)\"" }.joined(separator: ",")
        line(labels.isEmpty ? "\(name) \(value)" : "\(name){\(list)} \(value)")
    }

    mutating func line(_ content: String) {
        text += content
        text += "\n"
    }
}
