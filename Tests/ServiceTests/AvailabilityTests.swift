import CRM
import Testing

@testable import Service

/// Since when events cannot be stored, and how many were, with a clock that the test moves.
@Suite struct AvailabilityTests {
    private let availability = Availability()

    private func look(
        _ takesEvents: Bool, _ hasRedis: Bool, applied: Int = 0, at minutes: Int64
    ) -> Availability.Report {
        availability.note(
            .init(takesEvents: takesEvents, hasRedis: hasRedis, applied: applied), at: time(minutes))
    }

    private func time(_ minutes: Int64) -> Timestamp { Timestamp(clamping: 1_800_000_000_000 + minutes * 60_000) }

    @Test func `an absence begins once and ends once`() {
        #expect(look(true, true, at: 0).notTakingSince == nil)
        #expect(look(true, false, at: 1).redisAwaySince == time(1))
        let later = look(false, false, at: 2)
        #expect(later.notTakingSince == time(2) && later.redisAwaySince == time(1))
        #expect(look(false, false, at: 3).notTakingSince == time(2))
        let back = look(true, true, at: 4)
        #expect(back.notTakingSince == nil && back.redisAwaySince == nil)
        #expect(look(false, false, at: 5).notTakingSince == time(5))
    }

    @Test func `the last hour has sixty minutes`() {
        #expect(look(true, true, applied: 5, at: 0).appliedInLastHour == 5)
        #expect(look(true, true, applied: 7, at: 1).appliedInLastHour == 7)
        for minute in 2..<60 { _ = look(true, true, applied: 7, at: Int64(minute)) }
        #expect(look(true, true, applied: 10, at: 59).appliedInLastHour == 10)
        #expect(look(true, true, applied: 10, at: 60).appliedInLastHour == 5)
        #expect(look(true, true, applied: 10, at: 61).appliedInLastHour == 3)
        #expect(look(true, true, applied: 12, at: 500).appliedInLastHour == 2)
    }
}
