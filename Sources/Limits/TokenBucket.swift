/// A bucket of tokens that fills at a steady rate. Decides; has no clock of its own.
///
/// As the generic cell rate algorithm (ITU-T I.371): the whole state is when the bucket will be full, and the arithmetic is
/// exact.
package struct TokenBucket: Sendable, Equatable {
    /// How fast it fills, and how many tokens it holds.
    package let rate: Rate
    /// When it is full, if no more is taken. From then on the bucket is as good as a new one.
    package private(set) var fullAt: ContinuousClock.Instant

    /// A full bucket.
    package init(_ rate: Rate, now: ContinuousClock.Instant) {
        self.rate = rate
        self.fullAt = now
    }

    /// Takes a token if there is one.
    /// - Parameter rest: how many tokens have to be left over; from 0 to one less than the burst.
    /// - Returns: `nil` if a token has been taken; otherwise the time until there is one.
    package mutating func take(now: ContinuousClock.Instant, leaving rest: Int = 0) -> Duration? {
        if let wait = wait(now: now, leaving: rest) { return wait }
        fullAt = fullAtNow(now).advanced(by: rate.interval)
        return nil
    }

    /// The time until ``take(now:leaving:)`` gives a token; `nil` if it would now.
    package func wait(now: ContinuousClock.Instant, leaving rest: Int = 0) -> Duration? {
        let room = rate.interval * (rate.burst - 1 - min(max(rest, 0), rate.burst - 1))
        let wait = now.duration(to: fullAtNow(now)) - room
        return wait > .zero ? wait : nil
    }

    /// Puts one token back.
    package mutating func giveBack(now: ContinuousClock.Instant) {
        fullAt = fullAtNow(now).advanced(by: .zero - rate.interval)
    }

    /// If the clock has gone back, the bucket is at worst empty.
    private func fullAtNow(_ now: ContinuousClock.Instant) -> ContinuousClock.Instant {
        min(max(fullAt, now), now.advanced(by: rate.interval * rate.burst))
    }
}
