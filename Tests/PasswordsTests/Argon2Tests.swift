import CArgon2
import Testing

@testable import Passwords

@Suite struct Argon2Tests {
    /// RFC 9106, section 5.3: with a key, with associated data, and in four lanes.
    @Test func givesTheTagOfTheStandard() throws {
        let argon2 = Argon2(parameters: .init(memoryKiB: 32, passes: 3, lanes: 4), tagBytes: 32)
        let tag = try argon2.tag(
            of: .init(repeating: 1, count: 32), salt: .init(repeating: 2, count: 16),
            secret: .init(repeating: 3, count: 8), data: .init(repeating: 4, count: 12),
            in: SlotMemory(usualBytes: 32 << 10))
        #expect(
            tag == [
                0x0D, 0x64, 0x0D, 0xF5, 0x8D, 0x78, 0x76, 0x6C, 0x08, 0xC0, 0x37, 0xA3, 0x4A, 0x8B, 0x53, 0xC9,
                0xD0, 0x1E, 0xF0, 0x45, 0x2D, 0x75, 0xB6, 0x5E, 0xB5, 0x25, 0x20, 0xE9, 0x6B, 0x01, 0xE6, 0x59,
            ])
    }

    /// libargon2 with memory of its own, and its own strings, on both sides of ours.
    @Test(arguments: [
        PasswordHasher.Parameters(memoryKiB: 8, passes: 1, lanes: 1), .init(memoryKiB: 64, passes: 10, lanes: 1),
        .init(memoryKiB: 1000, passes: 2, lanes: 3), .init(memoryKiB: 4099, passes: 1, lanes: 4), .init(),
    ])
    func agreesWithTheLibrary(_ parameters: PasswordHasher.Parameters) async throws {
        let theirs = try Self.encoded("電話 horse battery", parameters)
        let hasher = PasswordHasher(parameters, slots: 1, queue: 0)
        #expect(try await hasher.verify("電話 horse battery", against: theirs) == .right)
        #expect(try await hasher.verify("電話 horse batterz", against: theirs) == .wrong)
        let ours = try await hasher.hash("電話 horse battery")
        #expect(argon2id_verify(ours, "電話 horse battery", "電話 horse battery".utf8.count) == ARGON2_OK.rawValue)
        #expect(PHCString(theirs)?.description == theirs)
        try await hasher.shutdown()
    }

    /// A salt that ends nowhere near a group of three, a tag of 64 bytes.
    @Test(arguments: [(8, 16), (9, 17), (16, 32), (64, 64)])
    func readsOtherLengths(_ saltBytes: Int, _ tagBytes: Int) async throws {
        let theirs = try Self.encoded("x", .init(memoryKiB: 64), saltBytes: saltBytes, tagBytes: tagBytes)
        let hasher = PasswordHasher(.init(memoryKiB: 64), slots: 1, queue: 0)
        let isShort = saltBytes < 16 || tagBytes < 32
        #expect(try await hasher.verify("x", against: theirs) == (isShort ? .rightButWeak : .right))
        try await hasher.shutdown()
    }

    private static func encoded(
        _ password: String, _ parameters: PasswordHasher.Parameters, saltBytes: Int = 16, tagBytes: Int = 32
    ) throws -> String {
        let salt = (0..<saltBytes).map { UInt8(truncatingIfNeeded: $0 &* 37) }
        var text = [CChar](repeating: 0, count: 512)
        let status = argon2id_hash_encoded(
            parameters.passes, parameters.memoryKiB, parameters.lanes, password, password.utf8.count, salt, salt.count,
            tagBytes, &text, text.count)
        try #require(status == ARGON2_OK.rawValue)
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
