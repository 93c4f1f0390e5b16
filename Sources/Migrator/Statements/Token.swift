/// A piece of an SQL text, as PostgreSQL cuts it (its manual, "Lexical Structure").
struct Token: Sendable, Equatable {
    enum Kind: Sendable {
        /// A key word or a name without quotation marks.
        case word
        /// A name in quotation marks.
        case quotedName
        /// With its prefix, as in `E'…'`; also between `$$` and `$$`.
        case string
        case number
        /// `$1`
        case parameter
        /// An operator, or one sign such as `(`.
        case symbol
        case comment
    }

    let kind: Kind
    /// As it is written.
    let text: String
    /// Bytes of the text.
    let range: Range<Int>
    /// From 1.
    let line: Int
    /// From 1, in Unicode scalars.
    let column: Int

    /// Whether it is this key word; case does not count.
    func isWord(_ word: String) -> Bool { kind == .word && text.uppercased() == word }

    func isSymbol(_ symbol: String) -> Bool { kind == .symbol && text == symbol }

    /// What stands between the quotation marks of a name, or an unquoted name in lower case; `nil` for all else.
    var name: String? {
        switch kind {
        case .word: text.lowercased()
        case .quotedName: String(text.dropFirst().dropLast(text.count > 1 ? 1 : 0)).replacing("\"\"", with: "\"")
        default: nil
        }
    }

    /// Equal but for the place.
    func means(_ other: Token) -> Bool { kind == other.kind && text == other.text }
}
