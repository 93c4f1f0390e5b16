import ChatCore
import Foundation
import PasswordPolicy

/// A new password. Kept out of every log by having no description.
struct Password: Sendable {
    /// In Unicode's form NFC, so that the same characters typed on another device are the same password.
    let normalized: String

    /// A new one, if the policy takes it.
    /// - Parameters:
    ///   - words: the person's own names, of which a password must not be made.
    ///   - field: the member that it came in, for the error.
    /// - Throws: `invalid_field`.
    init(
        _ text: String, _ policy: PasswordPolicy, for words: [String], field: String = "password"
    ) throws(ChatError) {
        if let refusal = policy.refusal(of: text, for: words) { throw .invalid(field, refusal.detail) }
        self.normalized = text.precomposedStringWithCanonicalMapping
    }

    /// What somebody claims to be their password. `nil` if it cannot be one.
    init?(attempt text: String) {
        // Counted as a new one is: some keyboards send two code points for what is one in NFC.
        let normalized = text.precomposedStringWithCanonicalMapping
        guard normalized.unicodeScalars.count <= PasswordPolicy.maximum else { return nil }
        self.normalized = normalized
    }
}
