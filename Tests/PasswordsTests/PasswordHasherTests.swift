import Passwords
import Testing

@Suite struct PasswordHasherTests {
    /// Cheap, so that the tests are quick; the format is the same.
    private static let cheap = PasswordHasher.Parameters(memoryKiB: 64, passes: 1, lanes: 1)

    @Test func verifiesWhatItHashed() async throws {
        let hasher = PasswordHasher(Self.cheap, slots: 1, queue: 8)
        let phc = try await hasher.hash("電話 horse battery")
        #expect(phc.hasPrefix("$argon2id$v=19$m=64,t=1,p=1$"))
        #expect(try await hasher.verify("電話 horse battery", against: phc))
        #expect(try await !hasher.verify("電話 horse batterz", against: phc))
        #expect(try await !hasher.verify("anything", against: nil))
        #expect(try await hasher.hash("same") != hasher.hash("same"))
        try await hasher.shutdown()
    }

    @Test func usesTheFloorByDefault() async throws {
        let hasher = PasswordHasher(slots: 1, queue: 1)
        #expect(try await hasher.hash("x").hasPrefix("$argon2id$v=19$m=19456,t=2,p=1$"))
        try await hasher.shutdown()
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
        #expect(try await !hasher.verify("x", against: phc))
        try await hasher.shutdown()
    }

    @Test func refusesWhatDoesNotFitTheQueue() async throws {
        let hasher = PasswordHasher(slots: 1, queue: 2)
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
        #expect(try await hasher.verify("x", against: hasher.hash("x")))
        try await hasher.shutdown()
    }
}
