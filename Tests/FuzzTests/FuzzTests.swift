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
            for token in target.tokens where time(target, head, token, kibibytes: 64) > .milliseconds(300) {
                // A busy machine may spoil some of the comparisons; the square would spoil all.
                let isLinear = (0..<6).contains { _ in
                    time(target, head, token, kibibytes: 64) < time(target, head, token, kibibytes: 8) * 24
                }
                #expect(isLinear, "\(target.name): \(token.debugDescription)")
            }
        }
    }

    private func time(_ target: FuzzTarget, _ head: ArraySlice<UInt8>, _ token: String, kibibytes: Int) -> Duration {
        let bytes = Array(token.utf8)
        let input = head + (0..<kibibytes * 1024 / bytes.count).flatMap { _ in bytes }
        return ContinuousClock().measure { check(target, Array(input)) }
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
