import Testing

@testable import Passwords

@Suite struct PHCStringTests {
    private static let salt = "c29tZXNhbHRzb21lc2FsdA"
    private static let tag = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE"

    @Test(arguments: ["", ",keyid=AQ", ",keyid=AQIDBAUGBwg"]) func writesWhatItRead(_ key: String) throws {
        let text = "$argon2id$v=19$m=19456,t=2,p=1\(key)$\(Self.salt)$\(Self.tag)"
        let phc = try #require(PHCString(text))
        #expect(phc.parameters == .init())
        #expect(phc.salt == Array("somesaltsomesalt".utf8))
        #expect(phc.tag == Array("01234567890123456789012345678901".utf8))
        #expect(phc.description == text)
    }

    @Test(arguments: [
        "m=7,t=1,p=1", "m=131073,t=1,p=1", "m=4194304,t=2,p=1", "m=4294967296,t=1,p=1", "m=31,t=1,p=4", "m=64,t=0,p=1",
        "m=64,t=11,p=1", "m=64,t=1,p=0", "m=64,t=1,p=5", "m=064,t=1,p=1", "m=+64,t=1,p=1", "m=-64,t=1,p=1", "m=64,t=1",
        "m=６４,t=1,p=1", "t=1,m=64,p=1", "m=64,t=1,p=1,", "m=64,t=1,p=1,keyid=", "m=64,t=1,p=1,keyid=AQIDBAUGBwgJ",
        "m=64,t=1,p=1,keyid=A", "m=64,t=1,p=1,data=AQ", "m=64,t=1,p=1,keyid=AQ,data=AQ", "", ",,",
    ])
    func refusesACostOutOfBounds(_ cost: String) {
        #expect(PHCString("$argon2id$v=19$\(cost)$\(Self.salt)$\(Self.tag)") == nil)
    }

    @Test(arguments: [
        (7, 32), (65, 32), (16, 15), (16, 65), (0, 32), (16, 0),
    ])
    func refusesLengthsOutOfBounds(_ salt: Int, _ tag: Int) {
        let (salt, tag) = ([UInt8](repeating: 1, count: salt), [UInt8](repeating: 2, count: tag))
        let phc = PHCString(parameters: .init(), keyID: [], salt: salt, tag: tag)
        #expect(PHCString(phc.description) == nil)
    }

    @Test(arguments: [
        "", "x", "$$$$$", "$argon2i$v=19$m=64,t=1,p=1$\(salt)$\(tag)", "$argon2id$v=16$m=64,t=1,p=1$\(salt)$\(tag)",
        "$argon2id$m=64,t=1,p=1$\(salt)$\(tag)", "$argon2id$v=19$m=64,t=1,p=1$\(salt)$\(tag)$",
        "$argon2id$v=19$m=64,t=1,p=1$\(salt)$\(tag)=", "$argon2id$v=19$m=64,t=1,p=1$\(salt)$\(tag.dropLast())F",
        "x$argon2id$v=19$m=64,t=1,p=1$\(salt)$\(tag)", "$argon2id$v=19$m=64,t=1,p=1$\(salt)$\(tag)\n",
        "$argon2id$v=19$m=64,t=1,p=1$\(salt)$" + String(repeating: "A", count: 1 << 20),
    ])
    func refusesAnotherForm(_ text: String) {
        #expect(PHCString(text) == nil)
    }

    @Test func readsItsLongestString() {
        let phc = PHCString(
            parameters: .init(memoryKiB: 131_072, passes: 10, lanes: 4), keyID: .init(repeating: 255, count: 8),
            salt: .init(repeating: 255, count: 64), tag: .init(repeating: 255, count: 64))
        #expect(PHCString(phc.description) == phc)
    }

    @Test(arguments: 0..<40) func codesEveryLength(_ count: Int) {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 89 &+ 251) }
        #expect(PHCBase64.decode(PHCBase64.encode(bytes)) == bytes)
    }
}
