import Testing

/// The short run of every target; `script/fuzz` has the long one, which is guided by coverage.
@Suite struct FuzzTests {
    private static let seed: UInt64 = 20_261_123

    @Test(arguments: FuzzTarget.all)
    func survivesMutations(_ target: FuzzTarget) {
        var mutator = Mutator(seed: Self.seed)
        for input in target.seeds { check(target, input) }
        for _ in 0..<target.shortInputs { check(target, mutator.input(for: target)) }
    }

    /// Eight times as much of the same must not take the square of that. A quick target has nothing to prove.
    @Test(arguments: FuzzTarget.all)
    func staysLinear(_ target: FuzzTarget) {
        let half = target.seeds.first.map { $0.prefix($0.count / 2) } ?? []
        for head in [half.prefix(0), half] {
            for token in target.tokens {
                let long = time(target, head, token, kibibytes: 64)
                guard long > .milliseconds(300) else { continue }
                let short = time(target, head, token, kibibytes: 8)
                #expect(long < short * 20, "\(target.name): \(token.debugDescription) took \(short) and \(long)")
            }
        }
    }

    private func time(_ target: FuzzTarget, _ head: ArraySlice<UInt8>, _ token: String, kibibytes: Int) -> Duration {
        let bytes = Array(token.utf8)
        let input = head + (0..<kibibytes * 1024 / bytes.count).flatMap { _ in bytes }
        var best = ContinuousClock().measure { check(target, Array(input)) }
        // On a busy machine the quickest of a few tries says most.
        for _ in 0..<2 where best > .milliseconds(300) {
            best = min(best, ContinuousClock().measure { check(target, Array(input)) })
        }
        return best
    }

    private func check(_ target: FuzzTarget, _ input: [UInt8]) {
        do {
            try target.run(input)
        } catch {
            Issue.record("\(target.name): not so: \(error). Input: \(input.text.debugDescription), \(input)")
        }
    }
}

extension FuzzTarget: CustomTestStringConvertible {
    var testDescription: String { name }
}
