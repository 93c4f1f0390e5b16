import NIOCore
import Testing

@testable import Prove

@Suite struct AnswerTimesTests {
    private static func second(_ number: Double) -> NIODeadline { .uptimeNanoseconds(UInt64(number * 1e9)) }

    @Test func keepsTheLongestWait() {
        let times = AnswerTimes()
        #expect(times.longestMs == 0)
        times.waited(since: Self.second(1), until: Self.second(3.4))
        times.waited(since: Self.second(2), until: Self.second(3))
        #expect(times.longestMs == 2400)
        #expect(times.complaint == nil)
    }

    @Test func complainsAboutWhatIsTooLong() throws {
        let times = AnswerTimes()
        times.waited(since: Self.second(1), until: Self.second(6))
        #expect(times.complaint == nil, "with what the machine may add")
        times.waited(since: Self.second(1), until: Self.second(6.1))
        #expect(try #require(times.complaint).contains("5100 ms"))
    }

    /// A process that stands still owes nobody anything; before and after it does.
    @Test func leavesOutWhoWaitedForAFrozenServer() {
        let times = AnswerTimes()
        times.froze(at: Self.second(10))
        times.waited(since: Self.second(9), until: Self.second(14))
        times.thawed(at: Self.second(15))
        for (sent, answered) in [(9.0, 16.0), (11, 20), (14.9, 19), (2, 10.1)] {
            times.waited(since: Self.second(sent), until: Self.second(answered))
        }
        #expect(times.longestMs == 0)
        times.waited(since: Self.second(15.1), until: Self.second(19.1))
        #expect(times.longestMs == 4000)
        times.waited(since: Self.second(4), until: Self.second(9))
        #expect(times.longestMs == 5000)
    }
}
