/// Limits the guessing of passwords, without a lock-out that an attacker could inflict on the owner. Decides; has no clock
/// of its own, and does not know which accounts exist.
///
/// - One account and one ``Guesser`` (a pair): the first failures cost nothing, then there is a delay that doubles up to a
///   bound. What is quiet is forgotten by halves.
/// - One account and all strangers: a budget of failures, see ``AccountBudget``. It bounds what many networks can do, and
///   also how long they can keep the owner waiting, as long as they are no more than there are turns: beyond that a stranger gets
///   none while they go on. So whoever is known is not held up by it.
///
/// A try is counted when it is decided on, so guesses in parallel do not all pass before the first has failed. Call
/// ``succeeded(account:by:now:)`` or ``failed(account:by:now:)`` when the password has been checked, or
/// ``withdrawn(account:by:now:)`` if it could not be; a try of which nothing is said stays counted.
///
/// **What is forgotten when the tables are full** is what would be forgotten soonest anyway. With the defaults, a full
/// table loses an account under attack (remembered for at least 20 minutes) only when 10,000 others have been tried as
/// hard, 20 failures each; the prize is 20 more guesses. A pair with 5 failures or more (remembered for 45 minutes or
/// more) is lost only to 50,000 pairs as bad, or waiting for a turn; the prize is 5 more free failures, within the
/// account's budget. In exchange, accounts with single failures are forgotten early in such a flood.
///
/// **NIST SP 800-63B-4, 3.2.2** allows at most 100 failures in a row on one account. With the defaults, strangers get 80 in
/// an hour, and 60 in each further hour of an attack that never rests; a known device, a session, and a network that the account
/// is logged in from get 23 an hour each at most, after the first hour. So the bound holds for an attack of 80 minutes, not for
/// one without end: to hold it for ever takes the lock-out that this type is there to avoid, and a count that outlives the
/// process. Whoever has to comply to the letter keeps that count with the account.
package struct GuessLimiter: Sendable {
    private struct PairKey: Hashable {
        let account: String
        let guesser: Guesser
    }

    private struct Pair {
        var failures: FailureCount
        /// When the account's budget will have a token for this pair.
        var turn: ContinuousClock.Instant?
    }

    /// The most bytes of an account's name that count.
    static let mostKeyBytes = 64

    private let failureTerms: FailureCount.Terms
    private let budgetTerms: AccountBudget.Terms
    private var pairs: BoundedTable<PairKey, Pair>
    private var accounts: BoundedTable<String, AccountBudget>

    /// A limiter that has seen nothing yet.
    package init(_ settings: Settings = Settings()) {
        failureTerms = settings.failureTerms
        budgetTerms = settings.budgetTerms
        pairs = BoundedTable(bound: settings.mostPairs)
        accounts = BoundedTable(bound: settings.mostAccounts)
    }

    /// How many pairs are remembered.
    package var pairCount: Int { pairs.count }
    /// How many accounts are remembered.
    package var accountCount: Int { accounts.count }

    /// Decides about one try, before the password is hashed, and counts it as failed if it is allowed.
    /// - Parameters:
    ///   - account: what was typed as the handle, folded as handles are, whether there is such an account or not. Of a
    ///     longer one, 64 bytes count.
    ///   - guesser: who tries.
    package mutating func decide(account: String, by guesser: Guesser, now: ContinuousClock.Instant) -> Decision {
        let key = key(account, guesser)
        var pair = pairs[key] ?? Pair(failures: FailureCount(now: now))
        pair.failures.decay(failureTerms, now: now)
        if let wait = pair.failures.wait(now: now) { return .retry(after: wait) }
        if !guesser.isKnown, let wait = waitForBudget(of: key.account, for: &pair, now: now) {
            if pair.turn != nil { remember(pair, for: key) }
            return .retry(after: wait)
        }
        pair.turn = nil
        pair.failures.add(failureTerms, now: now)
        remember(pair, for: key)
        return .allowed
    }

    /// A try that was allowed had the wrong password: its delay runs from now on.
    package mutating func failed(account: String, by guesser: Guesser, now: ContinuousClock.Instant) {
        let key = key(account, guesser)
        // Gone if another try has succeeded meanwhile.
        var pair = pairs[key] ?? Pair(failures: FailureCount(now: now))
        if pair.failures.count == 0 { pair.failures.add(failureTerms, now: now) }
        pair.failures.delay(failureTerms, now: now)
        remember(pair, for: key)
    }

    /// A try that was allowed had the right password: the pair is forgotten, and the try is given back to the account's
    /// budget. The failures of others stay.
    package mutating func succeeded(account: String, by guesser: Guesser, now: ContinuousClock.Instant) {
        let key = key(account, guesser)
        pairs.remove(key)
        giveBack(key, now: now)
    }

    /// A try that was allowed was never compared, or what was wrong with it was no guess: it counts as not made.
    package mutating func withdrawn(account: String, by guesser: Guesser, now: ContinuousClock.Instant) {
        let key = key(account, guesser)
        if var pair = pairs[key] {
            pair.failures.takeBack(failureTerms, now: now)
            remember(pair, for: key)
        }
        giveBack(key, now: now)
    }

    /// Only strangers take something from the account's budget.
    private mutating func giveBack(_ key: PairKey, now: ContinuousClock.Instant) {
        guard !key.guesser.isKnown, var budget = accounts[key.account] else { return }
        budget.giveBack(now: now)
        accounts.set(budget, for: key.account, until: budget.forgottenAt(budgetTerms))
    }

    /// Takes a token from the account's budget, or a turn for the pair.
    /// - Returns: `nil` if there was a token.
    private mutating func waitForBudget(
        of account: String, for pair: inout Pair, now: ContinuousClock.Instant
    ) -> Duration? {
        var budget = accounts[account] ?? AccountBudget(budgetTerms, now: now)
        defer { accounts.set(budget, for: account, until: budget.forgottenAt(budgetTerms)) }
        switch budget.admit(turn: pair.turn, budgetTerms, now: now) {
        case .allowed:
            return nil
        case .turn(let turn):
            pair.turn = turn
            return max(.milliseconds(1), now.duration(to: turn))
        case .full(let wait):
            pair.turn = nil
            return wait
        }
    }

    private mutating func remember(_ pair: Pair, for key: PairKey) {
        let forgottenAt = pair.failures.forgottenAt(failureTerms)
        let turnOver = pair.turn?.advanced(by: budgetTerms.grace)
        pairs.set(pair, for: key, until: max(forgottenAt, turnOver ?? forgottenAt))
    }

    private func key(_ account: String, _ guesser: Guesser) -> PairKey {
        let name = account.utf8.prefix(Self.mostKeyBytes)
        let isShort = name.endIndex == account.utf8.endIndex
        return PairKey(
            account: isShort ? account : String(decoding: name, as: UTF8.self), guesser: guesser)
    }
}
