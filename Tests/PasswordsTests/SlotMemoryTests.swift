import CArgon2
import Testing

@testable import Passwords

@Suite struct SlotMemoryTests {
    private static let usual = PasswordHasher.Parameters(memoryKiB: 4096, passes: 1)
    private let memory = SlotMemory(usualBytes: 4096 << 10)

    @Test func isMappedOnce() throws {
        for _ in 0..<10 { try fill(Self.usual) }
        try fill(.init(memoryKiB: 64))
        #expect(memory.mappings == 1)
        #expect(memory.mappedBytes == 4096 << 10)
        #expect(memory.isClean)
    }

    /// What libargon2 leaves behind when it fails in the middle is wiped as well.
    @Test(arguments: [true, false]) func isWipedAfterUse(_ isFreed: Bool) {
        memory.lend {
            var start: UnsafeMutablePointer<UInt8>?
            #expect(SlotMemory.allocate(&start, 4096 << 10) == ARGON2_OK.rawValue)
            start?.update(repeating: 0xAA, count: 4096 << 10)
            #expect(!memory.isClean)
            if isFreed { SlotMemory.free() }
        }
        #expect(memory.mappedBytes == 4096 << 10)
        #expect(memory.isClean)
    }

    @Test func growsForOneHashOnly() throws {
        try fill(.init(memoryKiB: 32_768, passes: 1))
        #expect(memory.mappedBytes == 0)
        try fill(Self.usual)
        #expect(memory.mappedBytes == 4096 << 10)
        #expect(memory.mappings == 2)
    }

    @Test func handsOutNoMoreThanTheBound() {
        memory.lend {
            var start: UnsafeMutablePointer<UInt8>?
            #expect(SlotMemory.allocate(&start, (131_072 << 10) + 1) == ARGON2_MEMORY_ALLOCATION_ERROR.rawValue)
        }
        #expect(memory.mappings == 0)
    }

    /// Only while it is lent, and only to the thread that it is lent to.
    @Test func isNobodysByDefault() {
        var start: UnsafeMutablePointer<UInt8>?
        #expect(SlotMemory.allocate(&start, 8192) == ARGON2_MEMORY_ALLOCATION_ERROR.rawValue)
        #expect(start == nil)
    }

    @Test func eachSlotOfAHasherHasItsOwn() async throws {
        let hasher = PasswordHasher(.init(memoryKiB: 1024, passes: 1), slots: 3, queue: 100, patience: .seconds(60))
        let seen = try await withThrowingTaskGroup(of: ObjectIdentifier.self) { group in
            for _ in 0..<12 {
                group.addTask {
                    try await hasher.slots.run { memory in
                        let scheme = PasswordScheme(parameters: .init(memoryKiB: 1024, passes: 1), peppers: .none)
                        _ = try scheme.hash("x", in: memory)
                        #expect(memory.mappings == 1)
                        #expect(memory.isClean)
                        return ObjectIdentifier(memory)
                    }
                }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect((1...3).contains(seen.count))
        try await hasher.shutdown()
    }

    private func fill(_ parameters: PasswordHasher.Parameters) throws {
        _ = try PasswordScheme(parameters: parameters, peppers: .none).hash("x", in: memory)
    }
}
