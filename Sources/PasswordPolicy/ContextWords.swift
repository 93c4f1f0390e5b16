/// Names that a password must not be made of: the site's, the product's, the person's.
///
/// A name counts as a whole and in its parts, which end wherever there is neither letter nor digit:
/// `chat.example.org` is also `chat` and `example`. Words shorter than 3 code points, and parts shorter than 4, do not
/// count, for they are in too many other words (`org`); of words outside ASCII, where two characters can be a name, 2 do.
struct ContextWords: Sendable {
    /// As they were given, and as they are compared; longest first.
    private let words: [(given: String, folded: [Unicode.Scalar])]

    init(_ names: [String]) {
        let words = names.flatMap { name in
            let parts = name.unicodeScalars.split { !$0.isLetter && !$0.isDigit }.map { String($0) }
            return Self.word(name, least: 3) + parts.flatMap { Self.word($0, least: 4) }
        }
        self.init(words: words)
    }

    private init(words: [(given: String, folded: [Unicode.Scalar])]) {
        self.words = words.sorted { $0.folded.count > $1.folded.count }
    }

    static func + (some: Self, others: Self) -> Self { Self(words: some.words + others.words) }

    private static func word(_ text: String, least: Int) -> [(String, [Unicode.Scalar])] {
        let folded = Array(Folded(text).scalars)
        let isASCII = folded.allSatisfy { $0.isASCII }
        return folded.count >= (isASCII ? least : 2) ? [(text, folded)] : []
    }

    /// The longest of these words that a text holds, and what is left of the text without any of the words.
    /// `nil` if it holds none.
    func takenOut(of text: Folded) -> (word: String, rest: Folded)? {
        var found: String?
        var rest = text.scalars
        for (given, folded) in words {
            let shorter = Self.cut(folded, outOf: rest)
            if shorter.count < rest.count { found = found ?? given }
            rest = shorter
        }
        return found.map { ($0, Folded(rest)) }
    }

    private static func cut(_ word: [Unicode.Scalar], outOf text: Folded.Scalars) -> Folded.Scalars {
        var rest = Folded.Scalars()
        var start = text.startIndex
        while start < text.endIndex {
            if text[start...].starts(with: word) {
                start += word.count
            } else {
                rest.append(text[start])
                start += 1
            }
        }
        return rest
    }
}
