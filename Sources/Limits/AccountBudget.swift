/// How often one account may be tried from all networks together, and whose turn it is. Decides; has no clock of its own.
///
/// A bucket alone would leave the owner to chance while an attacker asks every second. So who comes when the bucket is
/// empty is given a turn: an instant from which on a token is kept for them. Turns are one interval apart, hence with
/// `n` networks waiting the owner waits `n` intervals at most, however often the others ask. That holds for as many as there are
/// turns; while more wait, whoever comes late may get none. A turn that nobody comes for is free for anyone after the grace.
struct AccountBudget: Sendable, Equatable {
    /// The bounds of the budget.
    struct Terms: Sendable {
        let rate: Rate
        /// The most turns that are given in advance.
        let mostTurns: Int
        /// How long a token is kept from a turn's instant on.
        let grace: Duration
    }

    enum Answer: Equatable {
        case allowed
        /// Come at this instant, or until the grace is over.
        case turn(ContinuousClock.Instant)
        /// All turns are given; ask again after this time.
        case full(Duration)
    }

    private(set) var bucket: TokenBucket
    /// The turns that have not been used yet, in order, ``Terms/mostTurns`` at most, and those in grace.
    private var turns: [ContinuousClock.Instant] = []

    init(_ terms: Terms, now: ContinuousClock.Instant) { self.bucket = TokenBucket(terms.rate, now: now) }

    /// - Parameter turn: what the asker was given before, if anything.
    mutating func admit(turn: ContinuousClock.Instant?, _ terms: Terms, now: ContinuousClock.Instant) -> Answer {
        forget(terms, now: now)
        let due = turns.count { $0 <= now }
        let place = turn.flatMap { turns.firstIndex(of: $0) }
        let isDue = place.map { $0 < due } ?? false
        if bucket.take(now: now, leaving: isDue ? 0 : due) == nil {
            if let place { turns.remove(at: place) }
            return .allowed
        }
        guard let place else { return nextTurn(due: due, terms, now: now) }
        guard isDue else { return .turn(turns[place]) }
        turns.remove(at: place)
        return nextTurn(due: due - 1, terms, now: now)
    }

    /// What was tried was no failure.
    mutating func giveBack(now: ContinuousClock.Instant) { bucket.giveBack(now: now) }

    /// When the budget is as good as a new one.
    func forgottenAt(_ terms: Terms) -> ContinuousClock.Instant {
        turns.last.map { max(bucket.fullAt, $0.advanced(by: terms.grace)) } ?? bucket.fullAt
    }

    private mutating func nextTurn(due: Int, _ terms: Terms, now: ContinuousClock.Instant) -> Answer {
        guard turns.count - due < terms.mostTurns else { return .full(terms.rate.interval) }
        var turn = now.advanced(by: bucket.wait(now: now, leaving: due) ?? .zero)
        if let last = turns.last { turn = max(turn, last.advanced(by: terms.rate.interval)) }
        turns.append(turn)
        return .turn(turn)
    }

    /// Drops the turns whose grace is over; also those too far ahead, which there are only if the clock has gone back.
    private mutating func forget(_ terms: Terms, now: ContinuousClock.Instant) {
        let first = now.advanced(by: .zero - terms.grace)
        let last = now.advanced(by: terms.rate.interval * (terms.mostTurns + terms.rate.burst))
        guard let oldest = turns.first, let newest = turns.last, oldest <= first || newest > last else { return }
        turns.removeAll { $0 <= first || $0 > last }
    }
}
