import Limits
import SeededRandom
import Testing

@Suite struct TokenBucketTests {
    private let start = ContinuousClock.now

    private func at(_ seconds: Double) -> ContinuousClock.Instant { start.advanced(by: .seconds(seconds)) }

    @Test func givesABurstAndThenTheRate() {
        var bucket = TokenBucket(Rate(10, per: .seconds(60), burst: 3), now: start)
        for _ in 0..<3 { #expect(bucket.take(now: start) == nil) }
        #expect(bucket.take(now: start) == .seconds(6))
        #expect(bucket.take(now: at(2)) == .seconds(4))
        #expect(bucket.take(now: at(6)) == nil)
        #expect(bucket.take(now: at(6)) == .seconds(6))
        bucket.giveBack(now: at(6))
        #expect(bucket.take(now: at(6)) == nil)
        for _ in 0..<3 { #expect(bucket.take(now: at(1000)) == nil) }
        #expect(bucket.take(now: at(1000)) == .seconds(6))
    }

    @Test func leavesTokensOver() {
        var bucket = TokenBucket(Rate(perSecond: 1, burst: 3), now: start)
        #expect(bucket.take(now: start, leaving: 2) == nil)
        #expect(bucket.take(now: start, leaving: 2) == .seconds(1))
        #expect(bucket.take(now: start, leaving: 1) == nil)
        #expect(bucket.take(now: start) == nil)
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func neverGivesMoreThanRateAndBurst(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let burst = Int.random(in: 1...10, using: &generator)
        var bucket = TokenBucket(Rate(perSecond: 2, burst: burst), now: start)
        var seconds = 0.0
        var taken = 0
        for _ in 0..<2000 {
            seconds += Double.random(in: 0...0.6, using: &generator)
            if let wait = bucket.take(now: at(seconds)) {
                #expect(wait > .zero && wait <= .seconds(0.5))
            } else {
                taken += 1
            }
            #expect(Double(taken) <= Double(burst) + 2 * seconds + 0.001, "seed \(seed)")
        }
        #expect(Double(taken) > 1.2 * seconds, "seed \(seed)")
    }

    @Test func survivesExtremes() {
        let far = Duration.seconds(Int64.max)
        let instants = [start, start.advanced(by: far), start.advanced(by: .zero - far), start]
        let rates = [
            Rate(perSecond: .nan, burst: .max), Rate(perSecond: .infinity, burst: .min), Rate(perSecond: -1, burst: 0),
            Rate(perSecond: 0, burst: 1), Rate(.max, per: .zero, burst: .max), Rate(.min, per: far, burst: .min),
        ]
        for rate in rates {
            var bucket = TokenBucket(rate, now: start)
            for now in instants + instants.reversed() {
                for rest in [0, .max, .min] { _ = bucket.take(now: now, leaving: rest) }
                bucket.giveBack(now: now)
            }
            #expect(bucket.wait(now: start) ?? .zero <= rate.interval)
        }
    }

    @Test func limitsEachKeyByItself() {
        var limiter = KeyLimiter<Int>(Rate(10, per: .seconds(60), burst: 20))
        for _ in 0..<20 { #expect(limiter.decide(1, now: start) == .allowed) }
        #expect(limiter.decide(1, now: start) == .retry(after: .seconds(6)))
        #expect(limiter.decide(2, now: start) == .allowed && limiter.count == 2)
        #expect(limiter.decide(1, now: at(6)) == .allowed)
    }

    @Test func limitsEachNetworkByItself() throws {
        var limiter = AddressLimiter(AddressLimiter.signUps)
        let one = try #require(IPAddress("2001:db8::1")).network
        let neighbour = try #require(IPAddress("2001:db8::2")).network
        let other = try #require(IPAddress("192.0.2.1")).network
        for _ in 0..<10 { #expect(limiter.decide(network: one, now: start) == .allowed) }
        #expect(limiter.decide(network: neighbour, now: start) == .retry(after: .seconds(12)))
        #expect(limiter.decide(network: other, now: start) == .allowed)
        #expect(limiter.decide(network: one, now: at(12)) == .allowed)
        #expect(limiter.decide(network: one, now: at(12)) == .retry(after: .seconds(12)))
    }

    @Test func remembersTheBusyOnesInAFlood() throws {
        var limiter = AddressLimiter(AddressLimiter.logIns, bound: 1000)
        let busy = try #require(IPAddress("2001:db8:ffff::")).network
        while limiter.decide(network: busy, now: start) == .allowed {}
        for number in 0..<20_000 {
            let network = try #require(IPAddress("\(number % 256).\(number / 256 % 256).\(number / 65_536).1")).network
            #expect(limiter.decide(network: network, now: at(Double(number) / 20_000)) == .allowed)
        }
        #expect(limiter.count == 1000)
        #expect(limiter.decide(network: busy, now: at(1)) == .retry(after: .seconds(5)))
    }
}
