extension GuessLimiter {
    /// The bounds of a ``GuessLimiter``. What is out of bounds becomes the nearest that is within.
    package struct Settings: Sendable {
        /// This many failures of a pair cost nothing; from 0 to 50.
        package var freeFailures = 5
        /// The delay after the next failure, which each further one doubles; from 1 ms to 1 hour.
        package var firstDelay: Duration = .seconds(1)
        /// The longest delay of a pair; from 1 ms to 1 day.
        package var longestDelay: Duration = .seconds(15 * 60)
        /// After so long a quiet, half of a pair's failures are forgotten; from 1 s to 1 day.
        package var halfLife: Duration = .seconds(15 * 60)
        /// The failures that one account may have from all strangers: 20 at once, and one a minute.
        package var accountRate = Rate(1, per: .seconds(60), burst: 20)
        /// The most networks that wait for a turn at one account, so the longest wait is as many intervals of
        /// ``accountRate``; from 1 to 1000.
        package var mostTurns = 120
        /// How late one may come for a turn; from 1 s to 1 hour. An abandoned turn holds up the others for so long.
        package var turnGrace: Duration = .seconds(5 * 60)
        /// The most pairs that are remembered; about 300 bytes each.
        package var mostPairs = 50_000
        /// The most accounts that are remembered; about 250 bytes each, and 16 for each turn.
        package var mostAccounts = 10_000

        /// The defaults.
        package init() {}

        var failureTerms: FailureCount.Terms {
            FailureCount.Terms(
                free: min(max(freeFailures, 0), 50),
                firstDelay: min(max(firstDelay, .milliseconds(1)), .seconds(3600)),
                longestDelay: min(max(longestDelay, .milliseconds(1)), .seconds(86_400)),
                halfLife: min(max(halfLife, .seconds(1)), .seconds(86_400)))
        }

        var budgetTerms: AccountBudget.Terms {
            AccountBudget.Terms(
                rate: accountRate, mostTurns: min(max(mostTurns, 1), 1000),
                grace: min(max(turnGrace, .seconds(1)), .seconds(3600)))
        }
    }
}
