import Foundation
import TestSupport

/// One Redis that confirms only what is on its disk, and a journal on a small disk where that can be had.
final class Single: Stage {
    let shop: Shop
    private let redis: PrivateRedis
    private let folder: TemporaryFolder
    private let disk: SmallDisk?

    init() throws {
        folder = try TemporaryFolder()
        disk = try SmallDisk(at: folder.file("disk"), kilobytes: 65_536)
        redis = try PrivateRedis {
            $0.appendOnly = true
            $0.opensPort = true
            $0.more = ["--appendfsync", "always", "--enable-protected-configs", "yes"]
        }
        shop = try Shop(redis: redis.url, journal: folder.file("disk/journal"))
        if disk == nil { say("Only root may mount a small disk: full disks are left out.\n") }
    }

    func remove() {
        shop.killHard()
        disk?.remove()
    }

    func reader() throws -> RedisClient { try redis.client() }

    private static func pause(_ seconds: ClosedRange<Double>, _ random: inout SeededRandom) {
        usleep(UInt32(Double.random(in: seconds, using: &random) * 1_000_000))
    }

    var faults: [Fault] { redisFaults + refusals + receiverFaults }

    private var redisFaults: [Fault] {
        [
            Fault(name: "Redis killed") { [redis] random in
                redis.killHard()
                Self.pause(0...1.5, &random)
                try redis.start()
            },
            Fault(name: "Redis killed while it wrote") { [redis] _ in
                redis.killHard()
                try redis.leaveHalfWritten()
                try redis.start()
            },
            Fault(name: "Redis restarted") { [redis] _ in
                try redis.stop()
                try redis.start()
            },
            Fault(name: "Redis frozen") { [redis] random in
                redis.freeze()
                Self.pause(0.2...5, &random)
                redis.thaw()
            },
            Fault(name: "Redis loading") { [redis] _ in
                redis.killHard()
                try redis.start(
                    awaitsAnswer: false,
                    more: ["--key-load-delay", "50", "--loading-process-events-interval-bytes", "1024"])
                try eventually("Redis has loaded", within: 60) {
                    (try? redis.client().send(["PING"])) == .status("PONG")
                }
            },
            Fault(name: "scripts flushed") { [redis] _ in try redis.client().run("SCRIPT", "FLUSH") },
        ]
    }

    private var refusals: [Fault] {
        [
            Fault(name: "Redis full") { [redis] random in
                let client = try redis.client()
                try client.run("CONFIG", "SET", "maxmemory", "1")
                Self.pause(0.1...2, &random)
                try client.run("CONFIG", "SET", "maxmemory", "0")
            },
            Fault(name: "Redis read-only") { [redis] random in
                try redis.client().run("REPLICAOF", "127.0.0.1", "1")
                Self.pause(0.1...2, &random)
                try redis.client().run("REPLICAOF", "NO", "ONE")
            },
            Fault(name: "Redis cannot save") { [redis] random in
                let client = try redis.client()
                let place = try client.run("CONFIG", "GET", "dir").texts.last ?? ""
                try FileManager.default.createDirectory(atPath: place + "/taken", withIntermediateDirectories: true)
                try client.run("CONFIG", "SET", "dbfilename", "taken", "save", "3600 1")
                _ = try client.send(["BGSAVE"])
                Self.pause(0.5...2, &random)
                try client.run("CONFIG", "SET", "save", "")
            },
        ]
    }

    private var receiverFaults: [Fault] {
        var faults = [
            Fault(name: "receiver killed") { [shop] _ in
                shop.killHard()
                try shop.start()
            },
            Fault(name: "receiver stopped") { [shop] _ in
                try shop.stop()
                try shop.start()
            },
            Fault(name: "receiver killed in an outage") { [shop, redis] random in
                redis.killHard()
                Self.pause(0.1...1, &random)
                shop.killHard()
                try shop.start()
                try redis.start()
            },
            Fault(name: "receiver killed between write and sync") { [shop, redis] random in
                shop.killHard()
                redis.killHard()
                try shop.start(["CRMSYNC_DIE_AT": "written:\(Int.random(in: 1...20, using: &random))"])
                shop.awaitDeath()
                try shop.start()
                try redis.start()
            },
            Fault(name: "receiver killed in its replay") { [shop, redis] random in
                redis.killHard()
                Self.pause(0.2...1, &random)
                shop.killHard()
                try redis.start()
                let place = Bool.random(using: &random) ? "replaying" : "replayed"
                try shop.start(["CRMSYNC_DIE_AT": "\(place):\(Int.random(in: 1...10, using: &random))"])
                shop.awaitDeath()
                try shop.start()
            },
        ]
        if let disk {
            faults.append(
                Fault(name: "disk full in an outage") { [redis] random in
                    try disk.fill()
                    redis.killHard()
                    Self.pause(0.5...3, &random)
                    try disk.empty()
                    try redis.start()
                })
        }
        return faults
    }
}
