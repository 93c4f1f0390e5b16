import Testing

@testable import Passwords

@Suite struct PeppersTests {
    private static let old = [UInt8](repeating: 1, count: 32)
    private static let new = [UInt8](repeating: 2, count: 32)

    @Test func saysWhichPepperMadeAHash() async throws {
        let phc = try await Self.hash("x", Peppers(current: Self.old))
        // The first 8 of the 32 bytes that `head -c 32 /dev/zero | tr '\0' '\1' | sha256sum` prints.
        #expect(phc.hasPrefix("$argon2id$v=19$m=64,t=1,p=1,keyid=cs1uhCLEB/s$"))
        #expect(try await Self.verify("x", phc, Peppers(current: Self.old)) == .right)
        #expect(try await Self.verify("y", phc, Peppers(current: Self.old)) == .wrong)
    }

    @Test func rotates() async throws {
        let peppers = try Peppers(current: Self.new, previous: [[UInt8](repeating: 3, count: 16), Self.old])
        let phc = try await Self.hash("x", Peppers(current: Self.old))
        #expect(try await Self.verify("x", phc, peppers) == .rightButWeak)
        #expect(try await Self.verify("y", phc, peppers) == .wrong)
        #expect(try await Self.verify("x", Self.hash("x", peppers), Peppers(current: Self.new)) == .right)
    }

    @Test func comesAndGoes() async throws {
        let bare = try await Self.hash("x", .none)
        #expect(try await Self.verify("x", bare, Peppers(current: Self.new)) == .rightButWeak)
        let peppered = try await Self.hash("x", Peppers(current: Self.old))
        #expect(try await Self.verify("x", peppered, Peppers(current: nil, previous: [Self.old])) == .rightButWeak)
    }

    @Test func isNotGuessed() async throws {
        let phc = try await Self.hash("x", Peppers(current: Self.old))
        for peppers in [Peppers.none, try Peppers(current: Self.new)] {
            await #expect(throws: PasswordHasher.Failure.unknownPepper) { try await Self.verify("x", phc, peppers) }
        }
    }

    /// The name alone does not do: the key is in the tag.
    @Test func goesIntoTheTag() async throws {
        let peppers = try Peppers(current: Self.old)
        let bare = try #require(try await PHCString(Self.hash("x", .none)))
        let forged = PHCString(
            parameters: bare.parameters, keyID: peppers.current?.id ?? [], salt: bare.salt, tag: bare.tag)
        #expect(try await Self.verify("x", forged.description, peppers) == .wrong)
    }

    @Test(arguments: [0, 1, 15]) func isLong(_ count: Int) throws {
        let short = [UInt8](repeating: 1, count: count)
        #expect(throws: Peppers.TooShort(minimumBytes: 16)) { try Peppers(current: short) }
        #expect(throws: Peppers.TooShort(minimumBytes: 16)) { try Peppers(current: Self.new, previous: [short]) }
    }

    private static func hash(_ password: String, _ peppers: Peppers) async throws -> String {
        try await with(peppers) { try await $0.hash(password) }
    }

    private static func verify(
        _ password: String, _ phc: String, _ peppers: Peppers
    ) async throws -> PasswordHasher.Verdict {
        try await with(peppers) { try await $0.verify(password, against: phc) }
    }

    private static func with<T>(_ peppers: Peppers, _ body: (PasswordHasher) async throws -> T) async throws -> T {
        let hasher = PasswordHasher(.init(memoryKiB: 64, passes: 1), peppers: peppers, slots: 1, queue: 0)
        do {
            let value = try await body(hasher)
            try await hasher.shutdown()
            return value
        } catch {
            try await hasher.shutdown()
            throw error
        }
    }
}
