import Passwords
import Testing

@Suite struct CalibrationTests {
    /// Budget and slots, milliseconds of one pass, and what follows.
    @Test(arguments: [
        // All the memory there is, and as many passes as there is time for.
        (131_072, 1, 100, 131_072, 2), (131_072, 1, 125, 131_072, 2), (131_072, 1, 126, 131_072, 1),
        (1 << 30, 1, 50, 131_072, 5), (262_144, 4, 20, 65_536, 10), (80_000, 4, 20, 20_000, 10),
        // Never less than the floor, whatever the budget and the time.
        (0, 0, 10, 19_456, 10), (-1, -1, 10, 19_456, 10), (65_536, 8, 20, 19_456, 10), (20_000, 1, 1000, 19_456, 2),
        (131_072, 1, 100_000, 19_456, 2),
        // Too slow for all of the memory: one pass while that is allowed, then two.
        (131_072, 1, 500, 65_536, 1), (131_072, 1, 1000, 19_456, 2), (100_000, 1, 625, 20_000, 2),
        (40_000, 1, 130, 38_461, 2), (131_072, 1, 0, 131_072, 10),
    ])
    func proposes(_ budget: Int, _ slots: Int, _ milliseconds: Int, _ memory: UInt32, _ passes: UInt32) {
        let calibration = Calibration(budgetKiB: budget, slots: slots)
        let parameters = calibration.parameters(onePass: .milliseconds(milliseconds))
        #expect(parameters == .init(memoryKiB: memory, passes: passes))
    }

    @Test func measures() async throws {
        let calibration = Calibration(budgetKiB: 0, slots: 1)
        let onePass = try await calibration.measure()
        #expect(onePass > .zero)
        #expect(onePass < .seconds(10))
    }
}
