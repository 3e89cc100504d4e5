import Foundation
import TestSupport
import Testing

@testable import Service

/// The description of the API.
@Suite struct OpenAPITests {
    @Test(arguments: ["/make-server-b43c05fb", "/crm"])
    func `the description is open and names the base path`(base: String) throws {
        let redis = try PrivateRedis()
        let receiver = try Receiver(redis: redis.url, settings: ["BASE_PATH": base])
        let answer = try receiver.connect().get("\(base)/openapi.json")
        #expect(answer.status == 200)
        let description = try answer.json()
        #expect(description["openapi"] == "3.1.0")
        let connection = try receiver.connect()
        try connection.send("POST", "\(base)/openapi.json", body: "{}")
        let refused = try connection.readResponse()
        #expect(refused.status == 405 && refused["allow"] == "GET, HEAD")
        #expect(description["servers"]?.array?.first?["url"]?.string == base)
    }

    @Test func `each path of the description is served`() throws {
        let desk = try ReadingDesk()
        let paths = try #require(try desk.response("/openapi.json").json()["paths"]?.object)
        for (path, item) in paths {
            for method in item.object?.keys.filter({ $0 != "parameters" }) ?? [] {
                let target = path.replacing("{id}", with: "none")
                let response = try desk.response(target, method.uppercased(), token: "wrong-token", body: "{}")
                let isOpen = path.hasPrefix("/track-event")
                #expect(
                    response.status == (isOpen ? 422 : 401) || isOpen && response.status == 400, "\(method) \(path)")
            }
        }
    }

    @Test func `the description names the parameters of each route, and no others`() throws {
        let desk = try ReadingDesk()
        let description = try desk.response("/openapi.json").json()
        let shared = description["components"]?["parameters"]?.object ?? [:]
        func queryNames(_ list: JSON?) -> [String] {
            (list?.array ?? []).compactMap { parameter in
                let name = parameter["$ref"]?.string?.split(separator: "/").last.map(String.init)
                let parameter = name.flatMap { shared[$0] } ?? parameter
                return parameter["in"] == "query" ? parameter["name"]?.string : nil
            }
        }
        var described: Set<String> = []
        for (path, item) in description["paths"]?.object ?? [:] where !path.hasPrefix("/track-event") {
            for (method, operation) in item.object ?? [:] where method != "parameters" {
                guard path != "/openapi.json" else { continue }
                let names = (queryNames(item["parameters"]) + queryNames(operation["parameters"])).sorted()
                described.insert("\(method) \(path) \(names)")
            }
        }
        let served = ReadRoutes.table.map { route in
            let method = route.verb == .get ? "get" : route.verb.rawValue.lowercased()
            return "\(method) \(route.path) \(route.parameters.sorted())"
        }
        #expect(described == Set(served))
        #expect(served.count == Set(served).count)
    }
}
