import Foundation
import TestSupport
import Testing

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
}
