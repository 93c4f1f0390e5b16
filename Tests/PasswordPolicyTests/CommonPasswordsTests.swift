import SeededRandom
import Testing

@testable import PasswordPolicy

@Suite struct CommonPasswordsTests {
    private static let list = CommonPasswords.byFrequency

    @Test func holdsTheList() {
        #expect(Self.list.count == 18_216)
        #expect(Self.list.prefix(3) == ["123456", "password", "12345678"])
        #expect(CommonPasswords.all.count == Self.list.count)
        #expect(Self.list.allSatisfy { CommonPasswords.lengths.contains($0.unicodeScalars.count) })
        #expect(Self.list.allSatisfy { Folded(String($0)) == Folded(Folded.Scalars($0.unicodeScalars)) })
        // ASVS 6.2.4 asks for 3000 that the least minimum lets through.
        #expect(Self.list.count { $0.count >= 8 } >= 3000)
    }

    @Test func refusesAllOfThem() {
        let policy = PasswordPolicy(minimum: 8, contextWords: [])
        for password in Self.list {
            let expected: PasswordPolicy.Refusal = password.count < 8 ? .tooShort(minimum: 8) : .common
            #expect(policy.refusal(of: String(password), for: []) == expected, "\(password)")
            #expect(policy.refusal(of: password.uppercased(), for: []) == expected, "\(password)")
        }
    }

    /// ASVS 6.2.4 asks for 3,000 that are long enough. Few people's favourites are, but what they make of them is: each of these
    /// entries stands for one password of 15 characters or more, and each pair of them for another.
    @Test func refusesWhatIsMadeOfThem() {
        let policy = PasswordPolicy(minimum: 15, contextWords: [])
        let words = Self.list.filter { $0.count >= 8 && $0.allSatisfy(\.isLetter) }
        var made: Set<String> = []
        for (first, second) in zip(words, words.dropFirst().shuffled(seed: 7)) where first != second {
            for password in [first + second, second + "2026" + first, first + "-" + second + "!"] {
                #expect(policy.refusal(of: String(password), for: []) != nil, "\(password)")
                made.insert(String(password))
            }
        }
        #expect(made.count >= 3000)
        for word in Self.list {
            let often = String(repeating: String(word), count: 15 / word.count + 1)
            #expect(policy.refusal(of: often, for: []) != nil, "\(often)")
        }
    }

    /// A minimum of 15 does not turn one of the most used passwords into a good one. Where digits follow digits, the
    /// reason may be that they run along the keyboard.
    @Test func refusesThemMadeLonger() {
        let policy = PasswordPolicy(minimum: 15, contextWords: [])
        for password in Self.list.prefix(10_000) {
            #expect(policy.refusal(of: "!!!!!!!!!!!\(password)", for: []) == .common, "\(password)")
            let repeated = Array(repeating: password, count: 4).joined(separator: " ")
            #expect(policy.refusal(of: repeated, for: []) == .common, "\(repeated)")
            let padded = policy.refusal(of: "\(password)1234567890!", for: [])
            let isNumber = password.allSatisfy(\.isNumber)
            #expect(padded == .common || isNumber && padded == .repetitive, "\(password)")
        }
    }
}

extension Sequence {
    fileprivate func shuffled(seed: UInt64) -> [Element] {
        var random = SeededGenerator(seed: seed)
        return shuffled(using: &random)
    }
}
