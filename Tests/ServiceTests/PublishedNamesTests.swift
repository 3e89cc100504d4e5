import TestSupport
import Testing

/// Which names of cars and places the statistics show.
@Suite struct PublishedNamesTests {
    private static let month = String(now().prefix(7))

    private func give(
        _ site: Site, _ name: String, by customer: String, _ type: String = "search.performed",
        _ field: String = "location"
    ) throws {
        try site.track(event(type, customer: ["id": .string(customer)], data: [field: .string(name)]))
    }

    private func shown(_ desk: ReadingDesk, _ list: String) throws -> [String] {
        try desk.list("/stats", list, "name")
    }

    @Test(arguments: [
        ("search.performed", "location", "top_locations", "locations"),
        ("vehicle.viewed", "vehicle_name", "top_vehicles", "vehicles"),
    ])
    func `a name is shown once three contacts gave it, and counted from the start`(
        type: String, field: String, list: String, ranking: String
    ) throws {
        let desk = try ReadingDesk()
        for _ in 0..<5 { try give(desk.site, "12 Home Street", by: "one", type, field) }
        for customer in ["one", "two", "one"] { try give(desk.site, "Airport", by: customer, type, field) }
        #expect(try shown(desk, list) == [])
        try give(desk.site, "Airport", by: "three", type, field)
        #expect(try shown(desk, list) == ["Airport"])
        try give(desk.site, "Airport", by: "one", type, field)
        let scores = try desk.site.scores("crm_stats_\(ranking)_\(Self.month)")
        #expect(scores == ["12 Home Street": 5, "Airport": 5])
        let named = try desk.site.client.hash("crm_index_named_\(ranking)_\(Self.month)")
        #expect(named["Airport"] == "known")
        let run = try Program.run(["stats", "--json"], environment: ["REDIS_URL": desk.site.redis.url], within: 30)
        #expect(run.output.contains("Airport"))
        #expect(!run.output.contains("Home Street"))
    }

    @Test func `a car that three contacts saw before is shown in a month in which they see it again`() throws {
        let desk = try ReadingDesk()
        for time in [now(plus: -40 * 86_400), now()] {
            for customer in ["one", "two", "three"] {
                try desk.site.track(
                    event("vehicle.viewed", at: time, customer: ["id": .string(customer)], data: ["vehicle_name": "C"]))
            }
        }
        #expect(try shown(desk, "top_vehicles") == ["C"])
    }

    @Test func `names that few gave do not hide those behind them, however often they were given`() throws {
        let desk = try ReadingDesk()
        for customer in ["one", "two", "three"] { try give(desk.site, "Airport", by: customer) }
        let key = "crm_stats_locations_\(Self.month)"
        _ = try desk.site.client.send(["ZADD", key] + (0..<2500).flatMap { ["1000", "junk \($0)"] })
        #expect(try shown(desk, "top_locations") == ["Airport"])
    }

    @Test func `a month keeps 10000 names, and nothing of those that went`() throws {
        let site = try Site()
        let key = "crm_stats_locations_\(Self.month)"
        let named = "crm_index_named_locations_\(Self.month)"
        _ = try site.client.send(["ZADD", key] + (0..<9999).flatMap { ["2", "place \($0)"] })
        try give(site, "a", by: "one")
        #expect(try site.client.run("ZCARD", key) == .integer(10_000))
        #expect(try site.client.run("HEXISTS", named, "a") == .integer(1))
        try give(site, "b", by: "one")
        #expect(try site.client.run("ZCARD", key) == .integer(10_000))
        #expect(try site.client.hash(named).count == 1, "one of the two made room for the other")
    }
}
