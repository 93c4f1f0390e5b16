/// Which cost a hash may have on this machine: as much memory as there is for it, then as many passes as there is time.
package struct Calibration: Sendable, Equatable {
    private typealias Parameters = PasswordHasher.Parameters

    /// What a person who logs in is made to wait for a hash, about.
    package static let time: Duration = .milliseconds(250)

    /// OWASP's smallest memory for Argon2id with two passes.
    private static let floorKiB: UInt32 = 19_456
    /// OWASP's smallest memory for Argon2id with one pass.
    private static let onePassKiB: UInt32 = 47_104

    /// The most memory for one hash: its share of the budget, but within 19,456 and 131,072 KiB.
    package let memoryKiB: UInt32

    /// - Parameters:
    ///   - budgetKiB: the memory of all slots together. Less than 19,456 for each is not kept to.
    ///   - slots: hashes made at the same time.
    package init(budgetKiB: Int, slots: Int) {
        let share = UInt32(clamping: budgetKiB / max(1, slots))
        memoryKiB = min(max(share, Self.floorKiB), Parameters.acceptableMemoryKiB.upperBound)
    }

    /// The cost that takes ``time`` or less, or the floor if even that takes longer. Only decides.
    /// - Parameter onePass: how long a hash of ``memoryKiB`` takes with one pass; twice the memory takes twice as long.
    package func parameters(onePass: Duration) -> PasswordHasher.Parameters {
        let fitting = onePass > .zero ? Self.time / onePass : .infinity
        if fitting >= Double(fewestPasses) {
            return Parameters(memoryKiB: memoryKiB, passes: UInt32(min(fitting, 10)))
        }
        // Too slow with all of the memory: with what is left of it, one pass is preferred while it is allowed.
        let once = UInt32(Double(memoryKiB) * fitting)
        if fewestPasses == 1, once >= Self.onePassKiB { return Parameters(memoryKiB: once, passes: 1) }
        return Parameters(memoryKiB: max(Self.floorKiB, once / 2), passes: 2)
    }

    /// How long one pass takes here, on a thread of its own: the fastest of a few, since others may be busy.
    /// - Throws: ``PasswordHasher/Failure/library(_:)`` if there is no memory, or `CancellationError`.
    package func measure() async throws -> Duration {
        let parameters = Parameters(memoryKiB: memoryKiB, passes: 1)
        let slots = HashingSlots(count: 1, queue: 0, patience: .zero, memoryBytes: Int(memoryKiB) << 10)
        let times: Result<[Duration], any Error>
        do {
            times = .success(try await slots.run { try Self.times(parameters, in: $0) })
        } catch {
            times = .failure(error)
        }
        try await slots.shutdown()
        return try times.get().min() ?? Self.time
    }

    private var fewestPasses: Int { memoryKiB >= Self.onePassKiB ? 1 : 2 }

    private static func times(_ parameters: Parameters, in memory: SlotMemory) throws -> [Duration] {
        let scheme = PasswordScheme(parameters: parameters, peppers: .none)
        // The first one maps the memory.
        _ = try scheme.hash("", in: memory)
        return try (0..<3).map { _ in try ContinuousClock().measure { _ = try scheme.hash("", in: memory) } }
    }
}
