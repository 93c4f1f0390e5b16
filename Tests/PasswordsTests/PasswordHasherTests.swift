import Passwords
import Testing

@Suite struct PasswordHasherTests {
    /// Cheap, so that the tests are quick; the format is the same.
    private static let cheap = PasswordHasher.Parameters(memoryKiB: 64, passes: 2, lanes: 1)

    @Test func verifiesWhatItHashed() async throws {
        let hasher = PasswordHasher(Self.cheap, slots: 1, queue: 8)
        let phc = try await hasher.hash("電話 horse battery")
        #expect(phc.hasPrefix("$argon2id$v=19$m=64,t=2,p=1$"))
        #expect(try await hasher.verify("電話 horse battery", against: phc) == .right)
        #expect(try await hasher.verify("電話 horse batterz", against: phc) == .wrong)
        #expect(try await hasher.verify("anything", against: nil) == .wrong)
        #expect(try await hasher.hash("same") != hasher.hash("same"))
        try await hasher.shutdown()
    }

    /// Every character counts, however many bytes it takes.
    @Test func tellsApartLongPasswordsInJapanese() async throws {
        let password = String(repeating: "電話は便利だね。", count: 8)
        #expect(password.count == 64)
        let hasher = PasswordHasher(Self.cheap, slots: 1, queue: 8)
        let phc = try await hasher.hash(password)
        #expect(try await hasher.verify(password, against: phc) == .right)
        #expect(try await hasher.verify(password.dropLast() + "、", against: phc) == .wrong)
        #expect(try await hasher.verify(String(password.dropLast()), against: phc) == .wrong)
        try await hasher.shutdown()
    }

    @Test func usesTheFloorByDefault() async throws {
        let hasher = PasswordHasher(slots: 1, queue: 1)
        #expect(try await hasher.hash("x").hasPrefix("$argon2id$v=19$m=19456,t=2,p=1$"))
        try await hasher.shutdown()
    }

    /// Weaker is less memory or less work; fewer passes over more memory are not.
    @Test(arguments: [
        (64, 2, PasswordHasher.Verdict.right), (63, 4, .rightButWeak), (64, 1, .rightButWeak), (128, 1, .right),
        (127, 1, .rightButWeak), (4096, 10, .right),
    ])
    func saysWhenAHashIsWeak(_ memory: UInt32, _ passes: UInt32, _ verdict: PasswordHasher.Verdict) async throws {
        let other = PasswordHasher(.init(memoryKiB: memory, passes: passes), slots: 1, queue: 1)
        let hasher = PasswordHasher(Self.cheap, slots: 1, queue: 1)
        let phc = try await other.hash("x")
        #expect(try await hasher.verify("x", against: phc) == verdict)
        #expect(try await hasher.verify("y", against: phc) == .wrong)
        try await hasher.shutdown()
        try await other.shutdown()
    }

    /// A stored string must not make the server allocate what it says.
    @Test(arguments: [
        "$argon2id$v=19$m=4194304,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE",
        "$argon2id$v=19$m=64,t=1000,p=1$c29tZXNhbHRzb21lc2FsdA$MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE",
        "$argon2id$v=19$m=64,t=1,p=64$c29tZXNhbHRzb21lc2FsdA$MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE",
        "$argon2i$v=19$m=64,t=1,p=1$c29tZXNhbHQ$AAAA", "", "x", "$$$$$",
    ])
    func refusesForgedStrings(_ phc: String) async throws {
        let hasher = PasswordHasher(Self.cheap, slots: 1, queue: 1)
        #expect(try await hasher.verify("x", against: phc) == .wrong)
        try await hasher.shutdown()
    }

    @Test func refusesWhatDoesNotFitTheQueue() async throws {
        let hasher = PasswordHasher(slots: 1, queue: 2, patience: .seconds(60))
        let results = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    do { return try await !hasher.hash("x").isEmpty } catch { return false }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(results.contains(false))
        #expect(results.filter { $0 }.count >= 3)
        try await hasher.shutdown()
    }

    /// Who goes away while waiting leaves its place to others.
    @Test func takesBackThePlacesOfWhoGoesAway() async throws {
        let hasher = PasswordHasher(.init(memoryKiB: 1024, passes: 1), slots: 1, queue: 4)
        for _ in 0..<10 {
            let tasks = (0..<5).map { _ in Task { try await hasher.hash("x") } }
            for task in tasks { task.cancel() }
            for task in tasks { _ = await task.result }
        }
        #expect(try await hasher.verify("x", against: hasher.hash("x")) == .right)
        try await hasher.shutdown()
    }

    /// A cost out of its bounds would make hashes that nobody accepts later.
    @Test func keepsItsOwnBounds() {
        #expect(
            PasswordHasher.Parameters(memoryKiB: .max, passes: .max, lanes: .max)
                == .init(memoryKiB: 131_072, passes: 10, lanes: 4))
        #expect(PasswordHasher.Parameters(memoryKiB: 0, passes: 0, lanes: 4).memoryKiB == 32)
    }
}
