import ChatCore
import Foundation

/// A new password. Kept out of every log by having no description.
struct Password: Sendable {
    /// Most code points a password has; bounds the work of hashing.
    static let maximum = 256

    /// In Unicode's form NFC, so that the same characters typed on another device are the same password.
    let normalized: String

    /// - Throws: `invalid_field`.
    init(_ text: String, minimum: Int, field: String = "password") throws(ChatError) {
        let normalized = text.precomposedStringWithCanonicalMapping
        let count = normalized.unicodeScalars.count
        guard (minimum...Self.maximum).contains(count) else {
            throw .invalid(
                field,
                "A password has \(minimum) to \(Self.maximum) characters. A few words in a row make a good one.")
        }
        self.normalized = normalized
    }

    /// What somebody claims to be their password. `nil` if it cannot be one.
    init?(attempt text: String) {
        guard text.unicodeScalars.count <= Self.maximum else { return nil }
        self.normalized = text.precomposedStringWithCanonicalMapping
    }
}
