/// Cuts a script into statements at its semicolons.
enum StatementScanner {
    /// A statement's first word in capitals and the line of the script it is on, from 1.
    struct Opening: Equatable {
        let word: String
        let line: Int
    }

    /// The first word of every statement that has one.
    static func openings(of sql: String) -> [Opening] {
        statements(of: sql).compactMap { statement in
            statement.tokens.first { $0.kind == .word }.map { Opening(word: $0.text.uppercased(), line: $0.line) }
        }
    }

    static func statements(of sql: String) -> [Statement] {
        let bytes = Array(sql.utf8)
        var statements: [Statement] = []
        var tokens: [Token] = []
        var comments: [Token] = []
        var endedOn = 0

        func close() {
            if let first = tokens.first, let last = tokens.last {
                let text = String(decoding: bytes[first.range.lowerBound..<last.range.upperBound], as: UTF8.self)
                statements.append(Statement(tokens: tokens, comments: comments, text: text))
                comments = []
            }
            tokens = []
        }

        for token in Tokenizer.tokens(of: sql) {
            switch token.kind {
            case .comment where tokens.isEmpty && token.line == endedOn:
                guard !statements.isEmpty else { continue }
                statements[statements.count - 1].comments.append(token)
            case .comment: comments.append(token)
            case .symbol where token.text == ";":
                close()
                endedOn = token.line
            default: tokens.append(token)
            }
        }
        close()
        return statements
    }
}
