import NIOCore
import Testing

@testable import Bench

/// What decides in the load generator, without a server.
@Suite struct LoadTests {
    @Test func seatsEverybody() {
        let seating = Seating(rooms: 10, socketsPerRoom: 100, senders: 50, accounts: 64)
        #expect(seating.seats.count == 1_000)
        #expect(seating.seats.map(\.index) == Array(0..<1_000))
        for room in 0..<10 {
            let seats = seating.seats.filter { $0.room == room }
            #expect(seats.count == 100)
            #expect(seats.count { $0.sends } == 5)
            #expect(Set(seats.map(\.account)).count == 64)
        }
        #expect(seating.memberships.count == 640)
        #expect(Set(seating.memberships).count == 640)
    }

    @Test func usesFewAccountsWhereFewSuffice() {
        let seating = Seating(rooms: 64, socketsPerRoom: 4, senders: 64, accounts: 64)
        #expect(seating.memberships.count == 256)
        #expect(Set(seating.seats.map(\.account)).count == 64)
    }

    @Test func noticesHolesAndRepeats() {
        var check = SeqCheck(after: 41)
        // A repeat, a hole (one hole is one failure), an old one.
        let accepted = [42, 43, 43, 45, 46, 12].map { check.accept($0) }
        #expect(accepted == [true, true, false, false, true, false])
        #expect(check.last == 46)
        let skipped = [check.skip(from: 47, to: 90), check.accept(91), check.skip(from: 93, to: 95)]
        #expect(skipped == [true, true, false], "the last one leaves 92 out")
    }

    @Test func knowsWhichAckHasToCome() {
        let now = NIODeadline.uptimeNanoseconds(1_000)
        var inFlight = InFlight()
        for number in 0..<4 { inFlight.sent(number, since: now + .nanoseconds(Int64(number))) }
        // Another one's turn, a seq that does not rise, a second ack.
        let acks: [(number: Int, seq: Int64)] = [(0, 7), (2, 8), (1, 7), (1, 9), (0, 10)]
        let found = acks.map { inFlight.acknowledged($0.number, seq: $0.seq) }
        #expect(found == [now, nil, nil, now + .nanoseconds(1), nil])
        #expect(inFlight.count == 2)
    }

    @Test func keepsToTheTimetable() {
        let start = NIODeadline.uptimeNanoseconds(5_000_000_000)
        let schedule = Schedule(start: start, messagesPerSecond: 1_000)
        #expect(schedule.count(by: start - .nanoseconds(1)) == 0)
        #expect(schedule.count(by: start) == 1)
        #expect(schedule.due(1_000) == start + .seconds(1))
        for number in 0..<5_000 {
            #expect(schedule.count(by: schedule.due(number)) == number + 1)
            #expect(schedule.count(by: schedule.due(number) - .nanoseconds(1)) == number)
        }
    }

    @Test func keepsToAnOddTimetable() {
        let start = NIODeadline.uptimeNanoseconds(12_345)
        let schedule = Schedule(start: start, messagesPerSecond: 333.3)
        for number in 0..<2_000 { #expect(schedule.count(by: schedule.due(number)) == number + 1) }
    }

    @Test func writesCommandsAndKnowsItsOwnClientIDs() {
        let template = SendTemplate(room: "tea-time", sender: "k3x.12", body: 128)
        var buffer: [UInt8] = []
        for number in [0, 7, 10, 1_234_567] {
            template.write(number, to: &buffer)
            let text = String(decoding: buffer, as: UTF8.self)
            #expect(
                text.hasPrefix(#"{"type":"send","room":"tea-time","clientId":"k3x.12-\#(number)","body":"the quick "#))
            #expect(
                text.utf8.count == #"{"type":"send","room":"tea-time","clientId":"k3x.12-\#(number)","body":""}"#.utf8
                    .count + 128)
            #expect(number == Array("k3x.12-\(number)".utf8).withUnsafeBytes { template.number(in: $0) })
            #expect(number == Array("other.9-\(number)".utf8).withUnsafeBytes { SendTemplate.number(in: $0) })
        }
        for id in ["k3x.1-7", "k3x.12-", "k3x.12-x", "", "k3x.122-7"] {
            #expect(Array(id.utf8).withUnsafeBytes { template.number(in: $0) } == nil, "\(id)")
        }
    }

    @Test func checksPagesOfHistory() {
        func page(_ seqs: some Sequence<Int>) -> HistoryPage {
            let events = seqs.map { #"{"room":"r","seq":\#($0),"body":"]}\"seq\":1"}"# }.joined(separator: ",")
            let text = #"{"type":"history","room":"r","head":99,"events":[\#(events)],"hasMore":true}"#
            return Array(text.utf8).withUnsafeBytes { HistoryPage($0) }
        }
        #expect(page(50...99).answers(.newest, head: 99))
        #expect(!page(49...98).answers(.newest, head: 99))
        #expect(page(11...60).answers(.before(61), head: 99))
        #expect(!page(12...60).answers(.before(61), head: 99), "one is missing at the start")
        #expect(!page(Array(10...30) + Array(32...60)).answers(.before(61), head: 99), "a hole")
        #expect(!page([]).answers(.newest, head: 99))
    }

    @Test func countsTimesInMilliseconds() {
        var times = Latencies()
        #expect(times.percentile(99) == 0)
        for milliseconds in 1...1_000 { times.record(.milliseconds(Int64(milliseconds))) }
        var more = Latencies()
        more.record(.hours(1))
        more.record(.nanoseconds(-5))
        #expect(abs(times.percentile(50) - 500) < 1)
        #expect(abs(times.percentile(99) - 990) < 2)
        times.add(more)
        #expect(times.count == 1_002)
        #expect(abs(times.percentile(100) - 120_000) < 100)
    }
}
