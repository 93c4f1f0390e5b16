/// How often something may happen: so many in a time on average, and so many at once.
package struct Rate: Sendable, Hashable {
    /// The time for one more; from 1 ns to 1 day.
    package let interval: Duration
    /// The most at once after a quiet time; from 1 to 1,000,000.
    package let burst: Int

    /// What is out of bounds becomes the nearest that is within.
    /// - Parameters:
    ///   - count: how many in a period, from 1 to 1,000,000.
    ///   - period: from 1 ms to 1 day.
    ///   - burst: from 1 to 1,000,000.
    package init(_ count: Int, per period: Duration, burst: Int) {
        self.interval = min(max(period, .milliseconds(1)), .seconds(86_400)) / min(max(count, 1), 1_000_000)
        self.burst = min(max(burst, 1), 1_000_000)
    }

    /// The same, per second.
    /// - Parameter perSecond: at least one in a day; NaN is taken as that.
    package init(perSecond: Double, burst: Int) {
        let seconds = 1 / min(max(perSecond.isNaN ? 0 : perSecond, 1 / 86_400), 1_000_000)
        self.interval = max(.nanoseconds(1), .seconds(seconds))
        self.burst = min(max(burst, 1), 1_000_000)
    }
}
