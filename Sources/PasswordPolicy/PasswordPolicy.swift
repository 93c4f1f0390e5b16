import Foundation

/// Which new passwords are taken: by length, and by not being among the first that somebody guesses.
///
/// There are no rules of composition: all scripts, spaces and signs may be used, and none has to be.
/// Sources: NIST SP 800-63B-4 section 3.1.1.2, OWASP ASVS 5.0 section V6.2.
package struct PasswordPolicy: Sendable {
    /// Most code points a password has in NFC; bounds the work of judging and hashing it.
    package static let maximum = 256

    /// Fewest code points that must be left of a password when what anybody guesses is taken out.
    static let leastLeft = 8

    /// Fewest code points a password has in NFC.
    package let minimum: Int

    private let contextWords: ContextWords

    /// The first one in a process builds the table of common passwords: some hundredths of a second, 2 MB.
    /// - Parameters:
    ///   - minimum: taken into 8...256. 8 is the least that ASVS 6.2.1 allows; it recommends 15.
    ///   - contextWords: the product's and the site's names, such as `denwa` and the host name. See ``ContextWords``.
    package init(minimum: Int = 15, contextWords: [String]) {
        self.minimum = min(max(minimum, Self.leastLeft), Self.maximum)
        self.contextWords = ContextWords(contextWords)
        // Here, at the start of a server, and not while somebody waits for an answer.
        _ = CommonPasswords.all
    }

    /// Why a new password is not taken; `nil` if it is taken. Pure, and quick: less than a millisecond for most, some
    /// milliseconds for the longest.
    ///
    /// Length is counted in NFC. All else is compared without case and without compatibility forms (NFKC), so that
    /// full-width letters do not hide a word.
    /// - Parameter words: the person's own: handle and display name.
    package func refusal(of password: String, for words: [String]) -> Refusal? {
        let count = password.precomposedStringWithCanonicalMapping.unicodeScalars.count
        guard count >= minimum else { return .tooShort(minimum: minimum) }
        guard count <= Self.maximum else { return .tooLong }
        let text = Folded(password)
        if let refusal = guessed(text) { return refusal }
        guard let (word, rest) = (contextWords + ContextWords(words)).takenOut(of: text) else { return nil }
        let isLittle = rest.count < Self.leastLeft || guessed(rest) != nil
        return isLittle ? .containsContext(word: word) : nil
    }

    /// Whether a text is one that anybody guesses, whoever's it is.
    private func guessed(_ text: Folded) -> Refusal? {
        let readings = text.readings
        if readings.contains(where: \.isCommon) { return .common }
        if readings.contains(where: { $0.isRepetitive(minimum: minimum) }) { return .repetitive }
        return readings.contains(where: \.isCompound) ? .common : nil
    }
}
