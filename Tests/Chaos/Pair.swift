import Foundation
import TestSupport

/// A primary, a replica that may take over, and a Sentinel that has it do so. An event counts as stored when both have
/// it.
final class Pair: Stage {
    let shop: Shop
    private let nodes: [PrivateRedis]
    private let sentinel: ChildProcess
    private let sentinelPort: Int
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        nodes = try (0..<2).map { _ in
            try PrivateRedis {
                $0.appendOnly = true
                $0.opensPort = true
                $0.more = ["--appendfsync", "always", "--repl-diskless-sync-delay", "0"]
            }
        }
        try nodes[1].client().run("REPLICAOF", "127.0.0.1", String(nodes[0].port))
        sentinelPort = try freePort()
        let file = folder.file("sentinel.conf")
        try """
        port \(sentinelPort)
        bind 127.0.0.1
        dir \(folder.path)
        sentinel monitor shop 127.0.0.1 \(nodes[0].port) 1
        sentinel down-after-milliseconds shop 500
        sentinel failover-timeout shop 2000
        """.write(toFile: file, atomically: true, encoding: .utf8)
        sentinel = try ChildProcess(
            "redis-server", [file, "--sentinel"], output: folder.file("out"), errors: folder.file("err"))
        shop = try Shop(
            redis: "redis+sentinel://127.0.0.1:\(sentinelPort)/shop/0", journal: folder.file("journal"),
            ["WAIT_REPLICAS": "1", "REDIS_TIMEOUT_SECONDS": "1"])
        try awaitPair()
    }

    /// Which node is the primary, as the Sentinel sees it.
    private func primary() throws -> Int {
        let client = try RedisClient(port: sentinelPort)
        let address = try client.run("SENTINEL", "GET-MASTER-ADDR-BY-NAME", "shop").texts
        guard let index = nodes.firstIndex(where: { String($0.port) == address.last }) else {
            throw Failure("the Sentinel knows no primary")
        }
        return index
    }

    /// Waits until one is the primary and the other follows it. Which is which is not asked: where the machine is so
    /// busy that a primary is silent for half a second, the Sentinel has the replica take over once more, as it should.
    private func awaitPair() throws {
        do {
            try eventually("a replica follows the primary and the Sentinel knows both", within: 60) {
                // Any of the three may have been started a moment ago.
                guard let primary = try? primary(),
                    let info = try? nodes[1 - primary].client().run("INFO", "replication").text,
                    info.contains("master_link_status:up"), info.contains("master_port:\(nodes[primary].port)\r"),
                    let known = try? RedisClient(port: sentinelPort).run("SENTINEL", "REPLICAS", "shop").elements
                else { return false }
                let flags = known.compactMap { $0.pairs["flags"] }
                return flags.count == 1 && flags[0] == "slave"
            }
        } catch {
            let said = (try? String(contentsOfFile: folder.file("out"), encoding: .utf8)) ?? ""
            throw Failure("\(error); the Sentinel said:\n\(said.suffix(4000))")
        }
    }

    private func awaitSuccessor(of old: Int) throws {
        try eventually("the Sentinel has made the replica the primary", within: 60) {
            guard try primary() != old else { return false }
            return (try? nodes[1 - old].client().run("ROLE").elements.first?.text) == "master"
        }
    }

    var faults: [Fault] {
        [
            Fault(name: "primary killed, replica takes over") { [self] _ in
                let old = try primary()
                nodes[old].killHard()
                try awaitSuccessor(of: old)
                try nodes[old].start(
                    awaitsAnswer: false, more: ["--replicaof", "127.0.0.1 \(nodes[1 - old].port)"])
                try awaitPair()
            },
            Fault(name: "primary frozen, replica takes over") { [self] _ in
                let old = try primary()
                nodes[old].freeze()
                try awaitSuccessor(of: old)
                nodes[old].thaw()
                try awaitPair()
            },
            Fault(name: "replica killed") { [self] random in
                let replica = 1 - (try primary())
                nodes[replica].killHard()
                usleep(UInt32.random(in: 100_000...1_500_000, using: &random))
                try nodes[replica].start(
                    awaitsAnswer: false, more: ["--replicaof", "127.0.0.1 \(nodes[1 - replica].port)"])
                try awaitPair()
            },
            Fault(name: "receiver killed") { [shop] _ in
                shop.killHard()
                try shop.start()
            },
        ]
    }

    func reader() throws -> RedisClient { try nodes[primary()].client() }
}
