import Crypto

/// A code for when the app is lost; it works once. Whoever accepts it deletes its hash in the same transaction.
package struct RecoveryCode: Sendable, Hashable {
    private static let randomByteCount = 15
    private static let digits = 24
    private static let groupDigits = 4

    /// To be shown once: 120 random bits in base32, lower case, in six groups (`abcd-efgh-ijkl-mnop-qrst-uvwx`). The normal form.
    package let text: String

    /// Ten new ones, from the system's random number generator.
    package static func ten() -> [RecoveryCode] {
        (0..<10).map { _ in
            RecoveryCode(digits: Array(Base32.encode(randomBytes(randomByteCount)).lowercased().utf8))
        }
    }

    /// What somebody has typed: upper or lower case, ASCII spaces and dashes anywhere or missing.
    /// - Returns: `nil` if it cannot be a code, so that nothing is looked up for it.
    package init?(presented: String) {
        let digits = presented.utf8.filter { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "-") }.map(Self.lowercased)
        guard digits.count == Self.digits, digits.allSatisfy(Self.isDigit) else { return nil }
        self.init(digits: digits)
    }

    private init(digits: [UInt8]) {
        let groups = stride(from: 0, to: digits.count, by: Self.groupDigits).map { start in
            String(decoding: digits[start..<start + Self.groupDigits], as: UTF8.self)
        }
        text = groups.joined(separator: "-")
    }

    /// SHA-256 of ``text``; this is what is stored.
    ///
    /// A fast hash without a salt is enough for 112 random bits and more (NIST SP 800-63B-4, look-up secrets; ASVS 5, 6.5.2).
    package var hash: [UInt8] { Array(SHA256.hash(data: Array(text.utf8))) }

    /// ASCII only: no other letter may become one of these.
    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte + 32 : byte
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "2")...UInt8(ascii: "7")).contains(byte)
    }
}
