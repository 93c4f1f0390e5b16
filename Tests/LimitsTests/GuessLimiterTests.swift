import Limits
import Testing

@Suite struct GuessLimiterTests {
    private let start = ContinuousClock.now

    private func at(_ seconds: Int) -> ContinuousClock.Instant { start.advanced(by: .seconds(seconds)) }

    private func network(_ number: Int = 1) throws -> IPAddress.Network {
        try #require(IPAddress("198.\(number >> 16 & 255).\(number >> 8 & 255).\(number & 255)")).network
    }

    @Test func delaysOnePairMoreAndMore() throws {
        var limiter = GuessLimiter()
        let network = try network()
        var seconds = 0
        for delay in [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900] {
            let first = limiter.decide(account: "alice", by: .neighbour(network), now: at(seconds))
            #expect(first == .allowed)
            limiter.failed(account: "alice", by: .neighbour(network), now: at(seconds))
            if delay > 0 {
                let decision = limiter.decide(account: "alice", by: .neighbour(network), now: at(seconds))
                #expect(decision == .retry(after: .seconds(delay)))
                let late = limiter.decide(
                    account: "alice", by: .neighbour(network), now: at(seconds + delay - 1))
                #expect(late == .retry(after: .seconds(1)), "A try within the delay does not count.")
            }
            seconds += delay
        }
    }

    /// The first step of a log-in in two steps, or a try for which there was no slot: a hundred of them cost nothing.
    @Test(arguments: [true, false])
    func aTryThatIsWithdrawnWasNotMade(isKnown: Bool) throws {
        var limiter = GuessLimiter()
        let guesser = try isKnown ? Guesser.device(1) : .stranger(network())
        for _ in 0..<100 {
            #expect(limiter.decide(account: "alice", by: guesser, now: start) == .allowed)
            limiter.withdrawn(account: "alice", by: guesser, now: start)
        }
    }

    /// Failures beside it stay, and so does their delay.
    @Test func withdrawingForgivesNoFailure() throws {
        var limiter = GuessLimiter()
        let network = try network()
        for second in [0, 0, 0, 0, 0, 0, 1] {
            let decision = limiter.decide(account: "alice", by: .neighbour(network), now: at(second))
            #expect(decision == .allowed)
            limiter.failed(account: "alice", by: .neighbour(network), now: at(second))
        }
        _ = limiter.decide(account: "alice", by: .neighbour(network), now: at(3))
        limiter.withdrawn(account: "alice", by: .neighbour(network), now: at(3))
        let decision = limiter.decide(account: "alice", by: .neighbour(network), now: at(3))
        #expect(decision == .retry(after: .seconds(2)))
    }

    @Test func countsTheDelayFromTheFailure() throws {
        var limiter = GuessLimiter()
        let network = try network()
        for _ in 0..<6 { _ = limiter.decide(account: "alice", by: .stranger(network), now: start) }
        limiter.failed(account: "alice", by: .stranger(network), now: at(10))
        let decision = limiter.decide(account: "alice", by: .stranger(network), now: at(10))
        #expect(decision == .retry(after: .seconds(1)))
    }

    @Test(arguments: [(0, 0), (14, 0), (15, 3), (30, 4), (45, 5)])
    func forgetsByHalves(quietMinutes: Int, free: Int) throws {
        var limiter = GuessLimiter()
        let network = try network()
        for _ in 0..<5 { _ = limiter.decide(account: "alice", by: .neighbour(network), now: start) }
        var allowed = -1
        while limiter.decide(account: "alice", by: .neighbour(network), now: at(quietMinutes * 60))
            == .allowed
        { allowed += 1 }
        #expect(allowed == free)
    }

    @Test(arguments: [true, false])
    func countsParallelGuessesBeforeTheyFail(isKnown: Bool) throws {
        var limiter = GuessLimiter()
        let guesser = try isKnown ? Guesser.device(1) : .stranger(network())
        let decisions = (0..<1000).map { _ in limiter.decide(account: "alice", by: guesser, now: start) }
        #expect(decisions.count { $0 == .allowed } == 6)
    }

    @Test func countsParallelGuessesFromManyNetworks() throws {
        var limiter = GuessLimiter()
        let allowed = try (0..<1000).count {
            try limiter.decide(account: "alice", by: .stranger(network($0)), now: start) == .allowed
        }
        #expect(allowed == 20)
    }

    @Test func forgetsThePairOnSuccess() throws {
        var limiter = GuessLimiter()
        let network = try network()
        for _ in 0..<100 {
            for _ in 0..<5 {
                #expect(limiter.decide(account: "alice", by: .neighbour(network), now: start) == .allowed)
                limiter.failed(account: "alice", by: .neighbour(network), now: start)
            }
            #expect(limiter.decide(account: "alice", by: .neighbour(network), now: start) == .allowed)
            limiter.succeeded(account: "alice", by: .neighbour(network), now: start)
        }
        #expect(limiter.pairCount == 0)
    }

    @Test func successesUseUpNothing() throws {
        var limiter = GuessLimiter()
        for number in 0..<1000 {
            let network = try network(number)
            #expect(limiter.decide(account: "bot", by: .stranger(network), now: start) == .allowed)
            limiter.succeeded(account: "bot", by: .stranger(network), now: start)
        }
    }

    @Test func successLeavesTheFailuresOfOthers() throws {
        var limiter = GuessLimiter()
        for number in 0..<20 {
            _ = try limiter.decide(account: "alice", by: .stranger(network(number)), now: start)
        }
        let home = try network(500)
        #expect(limiter.decide(account: "alice", by: .neighbour(home), now: start) == .allowed)
        limiter.succeeded(account: "alice", by: .neighbour(home), now: start)
        let decision = try limiter.decide(account: "alice", by: .stranger(network(501)), now: start)
        #expect(decision == .retry(after: .seconds(60)))
    }

    @Test func keepsThoseInOneNetworkApart() throws {
        var limiter = GuessLimiter()
        let network = try network()
        while limiter.decide(account: "alice", by: .stranger(network), now: start) == .allowed {}
        #expect(limiter.decide(account: "alice", by: .neighbour(network), now: start) == .allowed)
        #expect(limiter.decide(account: "bob", by: .stranger(network), now: start) == .allowed)
    }

    /// A turn is kept for whom it was given to, but not for ever.
    @Test func keepsATurn() throws {
        var limiter = GuessLimiter()
        let (owner, other) = try (network(1000), network(1001))
        let decide = { (network: IPAddress.Network, seconds: Int) in
            limiter.decide(account: "alice", by: .stranger(network), now: at(seconds))
        }
        for number in 0..<20 { #expect(try decide(network(number), 0) == .allowed) }
        #expect(decide(owner, 0) == .retry(after: .seconds(60)))
        #expect(decide(other, 0) == .retry(after: .seconds(120)))
        #expect(decide(owner, 30) == .retry(after: .seconds(30)))
        #expect(decide(other, 60) == .retry(after: .seconds(60)))
        #expect(decide(owner, 119) == .allowed)
        #expect(decide(other, 119) == .retry(after: .seconds(1)))
        // `other` does not come: until the grace is over, that token is not free for `owner`.
        #expect(decide(owner, 130) == .retry(after: .seconds(50)))
        #expect(decide(owner, 180) == .allowed)
        #expect(decide(owner, 190) == .retry(after: .seconds(50)))
        #expect(decide(other, 419) == .allowed)
    }

    @Test func longNamesCountUpToABound() throws {
        var limiter = GuessLimiter()
        let long = String(repeating: "é", count: 32)
        for number in 0..<20 {
            let account = long + String(repeating: "x", count: number)
            _ = try limiter.decide(account: account, by: .stranger(network(number)), now: start)
        }
        #expect(limiter.accountCount == 1)
    }

    @Test func survivesExtremes() throws {
        let far = Duration.seconds(Int64.max)
        var settings = GuessLimiter.Settings()
        for (size, duration) in [(Int.max, far), (.min, .zero - far), (0, .zero), (5, .seconds(60))] {
            settings.freeFailures = size
            settings.firstDelay = duration
            settings.longestDelay = duration
            settings.halfLife = duration
            settings.accountRate = Rate(size, per: duration, burst: size)
            settings.mostTurns = size
            settings.turnGrace = duration
            settings.mostPairs = max(5, size)
            settings.mostAccounts = max(5, size)
            var limiter = GuessLimiter(settings)
            let instants = [start, start.advanced(by: far), start.advanced(by: .zero - far)]
            for now in instants + instants + instants.reversed() {
                for number in 0..<300 {
                    let network = try network(number % 100)
                    let guesser = number % 3 == 0 ? Guesser.neighbour(network) : .stranger(network)
                    let decision = limiter.decide(account: "a", by: guesser, now: now)
                    if case .retry(let wait) = decision { #expect(wait > .zero && wait <= .seconds(86_400 * 2000)) }
                    limiter.failed(account: "a", by: guesser, now: now)
                    limiter.succeeded(account: "b", by: guesser, now: now)
                }
            }
        }
    }
}
