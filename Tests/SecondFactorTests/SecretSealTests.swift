import Testing

@testable import SecondFactor

@Suite struct SecretSealTests {
    private static let old = [UInt8](repeating: 1, count: 32)
    private static let new = [UInt8](repeating: 2, count: 32)
    private static let secret = Array("12345678901234567890".utf8)
    private static let context = "account 7"

    /// ``secret`` for ``context`` under ``old``, computed from RFC 5869 and RFC 8439 without this module or Crypto.
    private static let sealed: [UInt8] = [
        0x01, 0x0E, 0x18, 0x20, 0x0B, 0x27, 0xBD, 0xFD, 0xA8, 0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08,
        0x09, 0x0A, 0x0B, 0x51, 0x96, 0x28, 0x4D, 0xDE, 0x6A, 0x49, 0x4D, 0xA3, 0xD1, 0x69, 0x74, 0x4D, 0x03, 0x93,
        0xD2, 0xEA, 0xB7, 0x4F, 0x78, 0xA5, 0x4F, 0x86, 0x7D, 0xB0, 0x59, 0x4A, 0x22, 0x74, 0x3B, 0xD0, 0x80, 0x87,
        0x4C, 0x5A, 0xE7,
    ]

    @Test(arguments: [[], [7], secret, [UInt8](repeating: 9, count: 1000)]) func opensWhatItSealed(
        _ secret: [UInt8]
    ) throws {
        let seal = SecretSeal(current: Self.new, previous: [])
        let sealed = try seal.seal(secret, for: Self.context)
        #expect(sealed.count == secret.count + 37)
        #expect(sealed.first == 1)
        #expect(try seal.open(sealed, for: Self.context) == secret)
    }

    /// What is in databases must open for ever.
    @Test func keepsTheStoredForm() throws {
        let seal = SecretSeal(current: Self.old, previous: [])
        #expect(try seal.open(Self.sealed, for: Self.context) == Self.secret)
        #expect(try seal.seal(Self.secret, for: Self.context).prefix(9) == Self.sealed.prefix(9))
    }

    @Test func neverSealsTheSameTwice() throws {
        let seal = SecretSeal(current: Self.new, previous: [])
        let sealed = try (0..<1000).map { _ in try seal.seal(Self.secret, for: Self.context) }
        #expect(Set(sealed.map { $0[9..<21] }).count == 1000)
        #expect(Set(sealed.map { $0[21..<41] }).count == 1000)
    }

    @Test func rotates() throws {
        let seal = SecretSeal(current: Self.new, previous: [[UInt8](repeating: 3, count: 16), Self.old])
        #expect(try seal.open(Self.sealed, for: Self.context) == Self.secret)
        let sealed = try seal.seal(Self.secret, for: Self.context)
        #expect(try SecretSeal(current: Self.new, previous: []).open(sealed, for: Self.context) == Self.secret)
        #expect(throws: SecretSeal.CannotOpen.self) {
            try SecretSeal(current: Self.old, previous: []).open(sealed, for: Self.context)
        }
    }

    @Test func comesAndGoes() throws {
        let none = SecretSeal(current: nil, previous: [])
        let plain = try none.seal(Self.secret, for: Self.context)
        #expect(plain == [0] + Self.secret)
        #expect(try none.open(plain, for: Self.context) == Self.secret)
        #expect(try SecretSeal(current: Self.new, previous: []).open(plain, for: Self.context) == Self.secret)
        let gone = SecretSeal(current: nil, previous: [Self.old])
        #expect(try gone.open(Self.sealed, for: Self.context) == Self.secret)
        #expect(try gone.seal(Self.secret, for: Self.context) == plain)
    }

    @Test func needsThePepper() {
        for seal in [SecretSeal(current: nil, previous: []), .init(current: Self.new, previous: [Self.new])] {
            #expect(throws: SecretSeal.CannotOpen.self) { try seal.open(Self.sealed, for: Self.context) }
        }
    }

    /// The name alone does not do.
    @Test func needsTheKeyBehindTheName() throws {
        let seal = SecretSeal(current: Self.new, previous: [Self.old])
        let renamed = try seal.seal([], for: Self.context).prefix(9) + Self.sealed.dropFirst(9)
        #expect(throws: SecretSeal.CannotOpen.self) { try seal.open(Array(renamed), for: Self.context) }
    }

    @Test(arguments: ["", "account 8", "account 70", "account", "account 7 ", "Account 7", "account 7\0"])
    func opensNowhereElse(_ context: String) throws {
        let seal = SecretSeal(current: Self.old, previous: [])
        #expect(throws: SecretSeal.CannotOpen.self) { try seal.open(Self.sealed, for: context) }
        let sealed = try seal.seal(Self.secret, for: context)
        #expect(try seal.open(sealed, for: context) == Self.secret)
        #expect(throws: SecretSeal.CannotOpen.self) { try seal.open(sealed, for: Self.context) }
    }

    @Test(arguments: sealed.indices) func doesNotOpenWithAByteChanged(_ place: Int) {
        let seal = SecretSeal(current: Self.old, previous: [])
        for change in 1...UInt8.max {
            var sealed = Self.sealed
            sealed[place] ^= change
            // It says now that it is plain: see below.
            if sealed[0] == 0 { continue }
            #expect(throws: SecretSeal.CannotOpen.self) { try seal.open(sealed, for: Self.context) }
        }
    }

    /// What was sealed is no secret of an app if it pretends to be plain.
    @Test func isNotTakenForPlain() throws {
        let pretended = try SecretSeal(current: Self.old, previous: []).open(
            [0] + Self.sealed.dropFirst(), for: Self.context)
        #expect(pretended == Array(Self.sealed.dropFirst()))
        #expect(OneTimeSecret(stored: pretended) == nil)
    }

    @Test func tellsWhatIsToBeSealedAgain() throws {
        let (none, old) = (SecretSeal(current: nil, previous: [Self.old]), SecretSeal(current: Self.old, previous: []))
        let new = SecretSeal(current: Self.new, previous: [Self.old])
        let plain = try none.seal(Self.secret, for: Self.context)
        #expect(old.isCurrent(Self.sealed) && none.isCurrent(plain))
        #expect(!new.isCurrent(Self.sealed) && !none.isCurrent(Self.sealed))
        #expect(!new.isCurrent(plain) && !new.isCurrent([]) && !new.isCurrent([7]))
        #expect(new.isCurrent(try new.seal(Self.secret, for: Self.context)))
        #expect(new.seals && !none.seals)
    }

    @Test func doesNotOpenWithBytesMissingOrAdded() {
        let seal = SecretSeal(current: Self.old, previous: [])
        for count in 0..<Self.sealed.count {
            #expect(throws: SecretSeal.CannotOpen.self) {
                try seal.open(Array(Self.sealed.prefix(count)), for: Self.context)
            }
        }
        #expect(throws: SecretSeal.CannotOpen.self) { try seal.open(Self.sealed + [0], for: Self.context) }
    }
}
