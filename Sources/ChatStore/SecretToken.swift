import Crypto
import Postgres

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The secret that proves a session: 256 random bits, shown once. The database only ever sees its hash.
package struct SecretToken: Sendable {
    /// 43 characters of base64url.
    package let text: String

    /// A new one, from the system's random number generator.
    package init() {
        var generator = SystemRandomNumberGenerator()
        var bytes: [UInt8] = []
        for _ in 0..<4 { generator.next().writeNetwork(to: &bytes) }
        self.text = String(
            Data(bytes).base64EncodedString().compactMap { character -> Character? in
                switch character {
                case "+": "-"
                case "/": "_"
                case "=": nil
                default: character
                }
            })
    }

    /// What a client has sent. `nil` if it cannot be a token, so that no query is made for it.
    package init?(presented text: String) {
        guard text.utf8.count == 43 else { return nil }
        self.text = text
    }

    /// Tells tokens apart where the token itself has no business. Says nothing about it.
    package var number: Int64 {
        Int64(bitPattern: hash.value.prefix(8).reduce(0) { $0 << 8 | UInt64($1) })
    }

    /// SHA-256. A fast hash is enough: 256 random bits cannot be guessed.
    var hash: Bytes { Bytes(Array(SHA256.hash(data: Array(text.utf8)))) }
}
