extension PasswordPolicy {
    /// Why a password is not taken.
    package enum Refusal: Sendable, Equatable {
        /// It has fewer code points than `minimum`.
        case tooShort(minimum: Int)
        /// It has more than ``PasswordPolicy/maximum`` code points.
        case tooLong
        /// It is on the list of common passwords, also when it is repeated, or has digits and signs around it, or is two of them.
        case common
        /// It repeats a text shorter than the minimum, or runs along the alphabet or the keyboard.
        case repetitive
        /// Without the names around it, such as the handle's or the site's, little or nothing is left of it.
        /// The word may be the whole password: it belongs in no log and no answer.
        case containsContext(word: String)

        /// One or two sentences with cause and cure. Never holds the password or a part of it.
        package var detail: String {
            switch self {
            case .tooShort(let minimum):
                "A password has at least \(minimum) characters. A few words in a row make a good one."
            case .tooLong:
                "A password has at most \(PasswordPolicy.maximum) characters. Choose a shorter one."
            case .common:
                "This password is among the most used ones, or is one of them with little added. \(Self.cure)"
            case .repetitive:
                "This password repeats itself, or follows the alphabet or the keyboard. \(Self.cure)"
            case .containsContext:
                "This password is little more than your own name or the name of this site. \(Self.cure)"
            }
        }

        private static let cure = "Choose a few words that do not belong together."
    }
}
