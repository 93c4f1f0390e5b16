import Foundation
import Passwords
import Testing

@Suite struct ResidentMemoryTests {
    /// In a process of its own, where nobody else takes memory.
    @Test func aFloodOfLogInsTakesTheMemoryOfTheSlots() async {
        await #expect(processExitsWith: .success) {
            let slots = 4
            let hasher = PasswordHasher(slots: slots, queue: 200, patience: .seconds(300))
            let cheap = PasswordHasher(.init(memoryKiB: 64, passes: 1), slots: 1, queue: 200)
            // So that code and the heap of 200 tasks are there before the count begins.
            try await Self.verify(200, with: cheap, against: cheap.hash("x"))
            let before = try Self.kibibytes("VmRSS:")
            try await Self.verify(200, with: hasher, against: hasher.hash("x"))
            let growth = try Self.kibibytes("VmHWM:") - before
            try await hasher.shutdown()
            try await cheap.shutdown()
            #expect(growth >= 19_456)
            #expect(growth <= slots * 20 * 1024 * 110 / 100)
        }
    }

    private static func verify(_ count: Int, with hasher: PasswordHasher, against phc: String) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<count {
                group.addTask {
                    let verdict = try await hasher.verify("x", against: phc)
                    #expect(verdict == .right)
                }
            }
            try await group.waitForAll()
        }
    }

    private static func kibibytes(_ field: String) throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix(field) })
        return try #require(Int(line.filter(\.isNumber)))
    }
}
