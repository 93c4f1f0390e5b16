/// What to measure, and how hard.
package struct BenchOptions: Sendable {
    /// In the order in which they run.
    package var scenarios: [Scenario]
    /// How long is measured, in seconds, where a scenario is not over by itself.
    package var seconds: Double
    /// How long the load runs before, in seconds.
    package var warmup: Double
    /// The bytes of a message's text.
    package var body: Int
    /// The accounts that the sockets share; each sign-up costs the server a slow hash.
    package var accounts: Int
    /// How often each scenario is run; the median counts.
    package var runs: Int
    /// Event loops of the generator.
    package var threads: Int
    /// What the names of rooms begin with that are there already, with a number from 1 on behind it; `nil`: new ones are
    /// made.
    package var rooms: String?

    /// By default the short scenarios, 10 s each.
    package init(
        scenarios: [Scenario] = Scenario.short, seconds: Double = 10, warmup: Double = 2, body: Int = 128,
        accounts: Int = 64, runs: Int = 1, threads: Int = 1, rooms: String? = nil
    ) {
        self.scenarios = scenarios
        self.seconds = seconds
        self.warmup = warmup
        self.body = body
        self.accounts = accounts
        self.runs = runs
        self.threads = threads
        self.rooms = rooms
    }
}
