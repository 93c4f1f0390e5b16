/// Cuts an SQL text into tokens, comments among them. It ends for every text; what is not closed reaches to the end.
struct Tokenizer {
    private let bytes: [UInt8]
    private var index = 0
    private var line = 1
    /// Of the next byte, from 1, in scalars.
    private var column = 1

    private init(_ sql: String) { bytes = Array(sql.utf8) }

    static func tokens(of sql: String) -> [Token] {
        var tokenizer = Tokenizer(sql)
        var tokens: [Token] = []
        while let token = tokenizer.next() { tokens.append(token) }
        return tokens
    }

    private mutating func next() -> Token? {
        while let byte = peek(), Self.isSpace(byte) { advance() }
        guard let byte = peek() else { return nil }
        let (start, line, column) = (index, line, column)
        let kind = take(byte)
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        return Token(kind: kind, text: text, range: start..<index, line: line, column: column)
    }

    private mutating func take(_ byte: UInt8) -> Token.Kind {
        switch byte {
        case UInt8(ascii: "-") where peek(1) == UInt8(ascii: "-"): return takeLineComment()
        case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "*"): return takeBlockComment()
        case UInt8(ascii: "'"): return takeQuoted(by: byte, withEscapes: false, as: .string)
        case UInt8(ascii: "\""): return takeQuoted(by: byte, withEscapes: false, as: .quotedName)
        case UInt8(ascii: "$"): return takeDollar()
        case _ where Self.isDigit(byte): return takeNumber()
        case _ where Self.isWord(byte): return takeWord()
        case _ where Self.isOperator(byte): return takeOperator()
        default:
            advance()
            return .symbol
        }
    }

    private func peek(_ offset: Int = 0) -> UInt8? {
        bytes.indices.contains(index + offset) ? bytes[index + offset] : nil
    }

    /// Stays in the text.
    private mutating func advance(_ count: Int = 1) {
        for _ in 0..<count {
            guard let byte = peek() else { return }
            index += 1
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                // Every scalar has one byte that does not continue another one.
                column += 1
            }
        }
    }

    private mutating func takeLineComment() -> Token.Kind {
        while let byte = peek(), byte != UInt8(ascii: "\n") { advance() }
        return .comment
    }

    /// Comments nest.
    private mutating func takeBlockComment() -> Token.Kind {
        var depth = 0
        repeat {
            switch (peek(), peek(1)) {
            case (UInt8(ascii: "/"), UInt8(ascii: "*")):
                depth += 1
                advance(2)
            case (UInt8(ascii: "*"), UInt8(ascii: "/")):
                depth -= 1
                advance(2)
            default: advance()
            }
        } while depth > 0 && peek() != nil
        return .comment
    }

    /// A doubled quote is part of it.
    private mutating func takeQuoted(by quote: UInt8, withEscapes: Bool, as kind: Token.Kind) -> Token.Kind {
        advance()
        while let byte = peek() {
            if byte == quote, peek(1) != quote { break }
            advance(byte == quote || withEscapes && byte == UInt8(ascii: "\\") ? 2 : 1)
        }
        advance()
        return kind
    }

    /// `$$ … $$` and `$tag$ … $tag$`; `$1` is a parameter.
    private mutating func takeDollar() -> Token.Kind {
        let (start, startColumn) = (index, column)
        advance()
        if let byte = peek(), Self.isDigit(byte) {
            while let byte = peek(), Self.isDigit(byte) { advance() }
            return .parameter
        }
        while let byte = peek(), Self.isWord(byte) { advance() }
        guard peek() == UInt8(ascii: "$") else {
            // No line ends in a word.
            (index, column) = (start + 1, startColumn + 1)
            return .symbol
        }
        advance()
        let tag = bytes[start..<index]
        while index < bytes.count, !bytes[index...].starts(with: tag) { advance() }
        advance(tag.count)
        return .string
    }

    private mutating func takeNumber() -> Token.Kind {
        while let byte = peek(), Self.isWord(byte) || byte == UInt8(ascii: ".") { advance() }
        return .number
    }

    /// A name may have `$` inside. `E`, `B`, `X` and `N` before a quote belong to the string.
    private mutating func takeWord() -> Token.Kind {
        let first = bytes[index] | 0x20
        advance()
        if peek() == UInt8(ascii: "'"), "ebxn".utf8.contains(first) {
            return takeQuoted(by: UInt8(ascii: "'"), withEscapes: first == UInt8(ascii: "e"), as: .string)
        }
        while let byte = peek(), Self.isWord(byte) || byte == UInt8(ascii: "$") { advance() }
        return .word
    }

    private mutating func takeOperator() -> Token.Kind {
        repeat { advance() } while peek().map(Self.isOperator) == true && !startsComment
        return .symbol
    }

    private var startsComment: Bool {
        switch (peek(), peek(1)) {
        case (UInt8(ascii: "-"), UInt8(ascii: "-")), (UInt8(ascii: "/"), UInt8(ascii: "*")): true
        default: false
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isOperator(_ byte: UInt8) -> Bool { "+-*/<>=~!@#%^&|`?".utf8.contains(byte) }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...: true
        default: false
        }
    }
}
