/// The failures of one account from one network, and how long to wait after them. Decides; has no clock of its own.
struct FailureCount: Sendable, Equatable {
    /// What a failure costs.
    struct Terms: Sendable {
        /// This many failures cost nothing.
        let free: Int
        /// The delay after the first failure that costs something; each further one doubles it.
        let firstDelay: Duration
        let longestDelay: Duration
        /// After so long a quiet, counted from the end of the last delay, half of the failures are forgotten.
        let halfLife: Duration
    }

    /// More than this many are not counted, so that six times the half-life of quiet forgives anything.
    static let most = 63

    private(set) var count = 0
    /// When the last delay is over, advanced by the quiet that has been rewarded since.
    private var openAt: ContinuousClock.Instant

    init(now: ContinuousClock.Instant) { self.openAt = now }

    /// Forgets what the quiet until now lets forget.
    mutating func decay(_ terms: Terms, now: ContinuousClock.Instant) {
        // Only later than that if the clock has gone back.
        openAt = min(openAt, now.advanced(by: terms.longestDelay))
        while count > 0, openAt.duration(to: now) >= terms.halfLife {
            count >>= 1
            openAt = openAt.advanced(by: terms.halfLife)
        }
    }

    /// The rest of the delay; `nil` if it is over.
    func wait(now: ContinuousClock.Instant) -> Duration? {
        let wait = now.duration(to: openAt)
        return wait > .zero ? wait : nil
    }

    /// One more failure, or a try that is taken for one until it has succeeded.
    mutating func add(_ terms: Terms, now: ContinuousClock.Instant) {
        count = min(count + 1, Self.most)
        delay(terms, now: now)
    }

    /// One failure less, of a try that was none after all. The delay is that of the failures before it, from now on.
    mutating func takeBack(_ terms: Terms, now: ContinuousClock.Instant) {
        count = max(0, count - 1)
        openAt = min(openAt, now.advanced(by: Self.delay(after: count, terms)))
    }

    /// Begins the delay anew.
    mutating func delay(_ terms: Terms, now: ContinuousClock.Instant) {
        openAt = now.advanced(by: Self.delay(after: count, terms))
    }

    /// When all is forgotten.
    func forgottenAt(_ terms: Terms) -> ContinuousClock.Instant {
        openAt.advanced(by: terms.halfLife * (Int.bitWidth - count.leadingZeroBitCount))
    }

    static func delay(after count: Int, _ terms: Terms) -> Duration {
        guard count > terms.free else { return .zero }
        return min(terms.longestDelay, terms.firstDelay * (1 << min(count - terms.free - 1, 20)))
    }
}
