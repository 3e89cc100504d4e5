/// Programs that visit websites and say so in `User-Agent`: their events are kept, and make no work for people.
enum Robot {
    /// Parts of the names under which they go.
    static let names = [
        "bot", "crawl", "spider", "slurp", "facebookexternalhit", "bingpreview", "mediapartners", "lighthouse",
        "pingdom",
        "uptime", "monitor", "scrapy", "python-requests", "wget",
    ]

    /// Whether a `User-Agent` names one of them.
    static func isNamed(in userAgent: String) -> Bool {
        let text = userAgent.lowercased()
        // A phone by that name is no robot.
        return !text.contains("cubot") && names.contains { text.contains($0) }
    }
}
