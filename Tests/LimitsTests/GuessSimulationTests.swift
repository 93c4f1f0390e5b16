import Limits
import SeededRandom
import Testing

/// Attackers and an owner around one account, under a seed.
@Suite struct GuessSimulationTests {
    @Test(arguments: 0..<20 as Range<UInt64>)
    func tenThousandGuessesFromAHundredAddresses(seed: UInt64) throws {
        var attack = try Attack(seed: seed, networks: 100)
        var owners = 0
        for guess in 0..<10_000 {
            attack.clock = .seconds(3600) * guess / 10_000
            attack.guess()
            // The owner on a known device: at once, every time.
            guard attack.chance(of: 20) else { continue }
            owners += 1
            #expect(attack.ownerLogsIn(isKnown: true) == .allowed, "seed \(seed)")
        }
        #expect(attack.hashes <= 100, "seed \(seed)")
        #expect(attack.hashes >= 20 && owners > 100, "seed \(seed)")
    }

    /// Those who come at once, those who have a network for each guess, and those who wait as they are told.
    @Test(arguments: [1, 100, 10_000])
    func noStrategyGetsMoreThanAHundredInAnHour(networks: Int) throws {
        var patient = try Attack(seed: 1, networks: networks)
        for second in 0..<3600 {
            patient.clock = .seconds(second)
            for _ in 0..<3 { patient.guessWhenTold() }
        }
        var rash = try Attack(seed: 2, networks: networks)
        for _ in 0..<10_000 { rash.guess() }
        #expect(patient.hashes <= 100 && rash.hashes <= 20)
    }

    /// With the attackers coming without a pause, and as soon as they may.
    @Test(arguments: [(1, 5), (20, 25), (100, 105)])
    func theOwnerOnANewDeviceGetsInDuringTheAttack(networks: Int, minutes: Int) throws {
        var attack = try Attack(seed: 3, networks: networks)
        for second in 0..<7200 {
            attack.clock = .seconds(second)
            for _ in 0..<3 { attack.guess() }
        }
        var waited: Duration = .zero
        let came = attack.clock
        while case .retry(let wait) = attack.ownerLogsIn(isKnown: false) {
            let back = attack.clock + wait
            while attack.clock < back {
                attack.clock += .seconds(1)
                for _ in 0..<3 { attack.guess() }
            }
            waited = attack.clock - came
            guard waited < .seconds(86_400) else { break }
        }
        #expect(waited <= .seconds(minutes * 60))
    }

    /// More than there are turns, for a day. A stranger gets none then; whoever the account knows in some way waits for nobody.
    @Test(arguments: [1_000, 10_000])
    func theOwnerGetsInBesideAThousandNetworks(networks: Int) throws {
        var attack = try Attack(seed: 8, networks: networks)
        var refused = 0
        for second in 0..<86_400 {
            attack.clock = .seconds(second)
            for _ in 0..<3 { attack.guess() }
            guard second.isMultiple(of: 600) else { continue }
            #expect(attack.ownerLogsIn(isKnown: true) == .allowed && attack.ownerLogsInAtHome() == .allowed)
            if attack.ownerLogsIn(isKnown: false) != .allowed { refused += 1 }
        }
        #expect(attack.hashes <= 20 + 24 * 60)
        print("beside \(networks) networks a new device in a new network was refused \(refused) of 144 times in a day")
    }

    /// A stolen cookie or session is carried through as many networks as somebody has: it is counted as one.
    @Test(arguments: [Guesser.device(7), .session(7), .coder])
    func whatWasStolenGuessesNoFasterFromManyNetworks(guesser: Guesser) throws {
        var attack = try Attack(seed: 9, networks: 1)
        for second in 0..<3600 {
            attack.clock = .seconds(second)
            _ = attack.guess(by: guesser)
        }
        #expect(attack.hashes <= 18)
        #expect(attack.guess(by: .device(8)) == .allowed, "the owner's other device")
    }

    @Test(arguments: 0..<10 as Range<UInt64>)
    func theOwnerOnANewDeviceGetsInSoonAfterTheAttack(seed: UInt64) throws {
        var attack = try Attack(seed: seed, networks: 5000)
        for second in 0..<7200 {
            attack.clock = .seconds(second)
            for _ in 0..<3 { attack.guess() }
        }
        // A turn that nobody comes for is held for five minutes.
        let end = attack.clock
        while attack.ownerLogsIn(isKnown: false) != .allowed, attack.clock - end < .seconds(3600) {
            attack.clock += .seconds(15)
        }
        #expect(attack.clock - end <= .seconds(7 * 60), "seed \(seed)")
    }

    /// The best that one pair can do: use what is free, and let the quiet give half of it back.
    @Test(arguments: 1...20)
    func aPairAloneIsSlowEvenWithRests(before: Int) throws {
        var attack = try Attack(seed: 4, networks: 1)
        var second = 0
        var run = 0
        while second < 100 * 3600 {
            attack.clock = .seconds(second)
            guard case .retry(let wait) = attack.decide(0, isKnown: true) else {
                run += 1
                if run % before == 0 { second += 900 + Int(attack.restedDelay.components.seconds) }
                continue
            }
            attack.restedDelay = wait
            second += max(1, Int(wait.components.seconds))
        }
        #expect(attack.hashes < 23 * 100 + 20, "\(attack.hashes)")
    }

    @Test func accountsThatDoNotExistAreTreatedTheSame() throws {
        var real = try Attack(seed: 5, networks: 50)
        var unreal = try Attack(seed: 5, networks: 50, account: "nobody-has-this-name")
        for second in 0..<3000 {
            real.clock = .seconds(second)
            unreal.clock = .seconds(second)
            let number = real.anyNetwork()
            #expect(real.decide(number, isKnown: false) == unreal.decide(number, isKnown: false))
        }
    }

    @Test func aFloodDoesNotMakeItForget() throws {
        var settings = GuessLimiter.Settings()
        settings.mostPairs = 2000
        settings.mostAccounts = 1000
        var attack = try Attack(seed: 6, networks: 100, settings: settings)
        for guess in 0..<2000 {
            attack.clock = .milliseconds(guess * 10)
            attack.guess()
        }
        #expect(attack.hashes == 20)
        // A new account from a new network every 400 µs.
        for number in 0..<50_000 {
            attack.clock = .seconds(20) + .microseconds(number * 400)
            attack.flood(number)
        }
        for number in 0..<100 { _ = attack.decide(number, isKnown: false) }
        #expect(attack.hashes == 20)
    }

    @Test func memoryIsBounded() throws {
        var attack = try Attack(seed: 7, networks: 1)
        var most = (pairs: 0, accounts: 0)
        for number in 0..<120_000 {
            attack.clock = .milliseconds(number)
            attack.flood(number)
            guard number % 1000 == 0 else { continue }
            most = (max(most.pairs, attack.limiter.pairCount), max(most.accounts, attack.limiter.accountCount))
        }
        #expect(most == (50_000, 10_000))
    }
}

/// Guesses at one account from many networks.
private struct Attack {
    var limiter: GuessLimiter
    var clock: Duration = .zero
    var restedDelay: Duration = .zero
    /// Guesses that were allowed, each of which is a password hashed.
    private(set) var hashes = 0
    private let account: String
    private let networks: [IPAddress.Network]
    private let home: IPAddress.Network
    private var mayReturn: [Duration]
    private var generator: SeededGenerator
    private let start = ContinuousClock.now

    init(seed: UInt64, networks: Int, account: String = "alice", settings: GuessLimiter.Settings = .init()) throws {
        self.limiter = GuessLimiter(settings)
        self.account = account
        self.networks = try (0..<networks).map { try Self.network("198.51", $0) }
        self.home = try Self.network("203.0", 0)
        self.mayReturn = Array(repeating: .zero, count: networks)
        self.generator = SeededGenerator(seed: seed)
    }

    private static func network(_ prefix: String, _ number: Int) throws -> IPAddress.Network {
        try #require(IPAddress("\(prefix).\(number / 256).\(number % 256)")).network
    }

    mutating func chance(of count: Int) -> Bool { Int.random(in: 0..<count, using: &generator) == 0 }
    mutating func anyNetwork() -> Int { Int.random(in: networks.indices, using: &generator) }

    /// A guess from any network, whatever it was told.
    mutating func guess() { _ = decide(anyNetwork(), isKnown: false) }

    /// A guess from any network that may return.
    mutating func guessWhenTold() {
        let number = anyNetwork()
        guard mayReturn[number] <= clock else { return }
        guard case .retry(let wait) = decide(number, isKnown: false) else { return }
        mayReturn[number] = clock + wait
    }

    mutating func decide(_ number: Int, isKnown: Bool) -> Decision {
        guess(by: isKnown ? .neighbour(networks[number]) : .stranger(networks[number]))
    }

    mutating func guess(by guesser: Guesser) -> Decision {
        let now = start.advanced(by: clock)
        let decision = limiter.decide(account: account, by: guesser, now: now)
        guard decision == .allowed else { return decision }
        hashes += 1
        limiter.failed(account: account, by: guesser, now: now)
        return decision
    }

    mutating func ownerLogsIn(isKnown: Bool) -> Decision { ownerLogsIn(by: isKnown ? .device(1) : .stranger(home)) }

    /// On a new device, in the network of an older one.
    mutating func ownerLogsInAtHome() -> Decision { ownerLogsIn(by: .neighbour(home)) }

    private mutating func ownerLogsIn(by guesser: Guesser) -> Decision {
        let now = start.advanced(by: clock)
        let decision = limiter.decide(account: account, by: guesser, now: now)
        if decision == .allowed { limiter.succeeded(account: account, by: guesser, now: now) }
        return decision
    }

    /// Somebody else's account from somewhere else.
    mutating func flood(_ number: Int) {
        let groups = [number >> 16, number & 0xFFFF].map { String($0, radix: 16) }.joined(separator: ":")
        guard let address = IPAddress("2001:db8:\(groups)::") else { return }
        let now = start.advanced(by: clock)
        _ = limiter.decide(account: "decoy\(number)", by: .stranger(address.network), now: now)
    }
}
