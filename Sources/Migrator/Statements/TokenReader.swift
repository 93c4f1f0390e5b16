/// Reads a statement from left to right; what does not fit is not taken.
struct TokenReader {
    private let tokens: [Token]
    private var index = 0

    init(_ tokens: [Token]) { self.tokens = tokens }

    var isAtEnd: Bool { index >= tokens.count }

    var rest: [Token] { Array(tokens[index...]) }

    func peek(_ offset: Int = 0) -> Token? {
        tokens.indices.contains(index + offset) ? tokens[index + offset] : nil
    }

    mutating func next() -> Token? {
        guard let token = peek() else { return nil }
        index += 1
        return token
    }

    /// Takes key words, all of them or none.
    mutating func take(_ words: String...) -> Bool {
        guard words.indices.allSatisfy({ peek($0)?.isWord(words[$0]) == true }) else { return false }
        index += words.count
        return true
    }

    mutating func takeSymbol(_ symbol: String) -> Bool {
        guard peek()?.isSymbol(symbol) == true else { return false }
        index += 1
        return true
    }

    /// `name`, `schema.name` or the same in quotation marks.
    mutating func takeName() -> SQLName? {
        guard let first = peek()?.name else { return nil }
        index += 1
        guard peek()?.isSymbol(".") == true, let second = peek(1)?.name else { return SQLName(first) }
        index += 2
        return SQLName(second, schema: first)
    }

    /// What stands between a parenthesis and the one that closes it.
    mutating func takeParentheses() -> [Token]? {
        guard peek()?.isSymbol("(") == true else { return nil }
        let start = index + 1
        var depth = 0
        while let token = next() {
            depth += token.depthChange
            if depth == 0 { return Array(tokens[start..<index - 1]) }
        }
        return Array(tokens[min(start, tokens.count)...])
    }

    /// Names between parentheses, as `(a, b)`.
    mutating func takeNames() -> [String]? {
        takeParentheses()?.splitByCommas().compactMap { $0.first?.name }
    }
}

extension Token {
    /// How much deeper in parentheses what follows stands.
    var depthChange: Int {
        guard kind == .symbol else { return 0 }
        return text == "(" || text == "[" ? 1 : text == ")" || text == "]" ? -1 : 0
    }
}

extension [Token] {
    /// At commas that are not in parentheses.
    func splitByCommas() -> [[Token]] {
        var parts: [[Token]] = [[]]
        var depth = 0
        for token in self {
            depth += token.depthChange
            if depth == 0, token.isSymbol(",") {
                parts.append([])
            } else {
                parts[parts.count - 1].append(token)
            }
        }
        return parts
    }

    func contains(_ words: String...) -> Bool {
        guard count >= words.count else { return false }
        return indices.dropLast(words.count - 1).contains { start in
            words.indices.allSatisfy { self[start + $0].isWord(words[$0]) }
        }
    }

    /// The names in front of an opening parenthesis.
    var calls: [String] {
        zip(self, dropFirst()).compactMap { $1.isSymbol("(") ? $0.name : nil }
    }
}
