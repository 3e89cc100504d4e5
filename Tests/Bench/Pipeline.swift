import CSystem
import Foundation
import Loop
import TestSupport

/// Sends ready-made commands in batches on one connection of hiredis.
final class Pipeline {
    private let context: UnsafeMutablePointer<redisContext>

    init(port: Int) throws {
        guard let made = redisConnect("127.0.0.1", Int32(port)), made.pointee.err == 0 else {
            throw Failure("no connection to Redis")
        }
        context = made
    }

    deinit { redisFree(context) }

    /// Runs all, `depth` at a time, and returns the seconds it took. The first error reply is thrown.
    func run(_ commands: [[UInt8]], depth: Int) throws -> Double {
        let start = Moment.now()
        for first in stride(from: 0, to: commands.count, by: depth) {
            let batch = commands[first..<min(first + depth, commands.count)]
            for command in batch {
                command.withUnsafeBytes {
                    _ = redisAppendFormattedCommand(
                        context, $0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count)
                }
            }
            for _ in batch { try takeReply() }
        }
        return Double(Moment.now().since(start)) / 1e9
    }

    private func takeReply() throws {
        var raw: UnsafeMutableRawPointer?
        guard redisGetReply(context, &raw) == REDIS_OK, let raw else { throw Failure("Redis did not answer") }
        defer { freeReplyObject(raw) }
        let reply = raw.assumingMemoryBound(to: redisReply.self).pointee
        guard reply.type == REDIS_REPLY_ERROR else { return }
        throw Failure(String(cString: reply.str))
    }
}
