/// One statement of a script.
package struct Statement: Sendable, Equatable {
    /// Without comments and without the semicolon; at least one.
    let tokens: [Token]
    /// From the end of the statement before to the end of this one, and on the line where it ends.
    var comments: [Token]
    /// The script's text from the first token to the last.
    package let text: String

    /// The line of the script on which it begins, from 1.
    package var line: Int { tokens.first?.line ?? 1 }
    /// From 1, in Unicode scalars.
    package var column: Int { tokens.first?.column ?? 1 }

    /// The first words, for a person who knows the statement.
    package var opening: String {
        let words = tokens.prefix(6).map(\.text).joined(separator: " ")
        return tokens.count > 6 ? words + " …" : words
    }

    func contains(_ word: String) -> Bool { tokens.contains { $0.isWord(word) } }

    /// The same, but not in parentheses.
    func containsOutside(_ word: String) -> Bool {
        var depth = 0
        return tokens.contains { token in
            depth += token.depthChange
            return depth == 0 && token.isWord(word)
        }
    }
}
