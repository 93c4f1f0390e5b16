/// Finds the first word of every statement, skipping comments, strings and dollar-quoted bodies
/// (PostgreSQL manual, "Lexical Structure").
struct StatementScanner {
    /// A statement's first word in capitals and the line of the script it is on, from 1.
    struct Opening: Equatable {
        let word: String
        let line: Int
    }

    private let bytes: [UInt8]
    private var index = 0
    private var line = 1

    private init(_ sql: String) { bytes = Array(sql.utf8) }

    static func openings(of sql: String) -> [Opening] {
        var scanner = StatementScanner(sql)
        return scanner.scan()
    }

    private mutating func scan() -> [Opening] {
        var openings: [Opening] = []
        var isAtStart = true
        while let byte = peek() {
            switch byte {
            case UInt8(ascii: "-") where peek(1) == UInt8(ascii: "-"): skip { $0 == UInt8(ascii: "\n") }
            case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "*"): skipComment()
            case UInt8(ascii: "'"), UInt8(ascii: "\""): skipQuoted(by: byte, withEscapes: false)
            case UInt8(ascii: "$"): skipDollarQuoted()
            case UInt8(ascii: ";"):
                isAtStart = true
                advance()
            case _ where Self.isWord(byte):
                let line = line
                let word = takeWord()
                if isAtStart { openings.append(Opening(word: word.uppercased(), line: line)) }
                isAtStart = false
                if word.lowercased() == "e", peek() == UInt8(ascii: "'") {
                    skipQuoted(by: UInt8(ascii: "'"), withEscapes: true)
                }
            default: advance()
            }
        }
        return openings
    }

    private func peek(_ offset: Int = 0) -> UInt8? {
        bytes.indices.contains(index + offset) ? bytes[index + offset] : nil
    }

    private mutating func advance(_ count: Int = 1) {
        for _ in 0..<count {
            if peek() == UInt8(ascii: "\n") { line += 1 }
            index += 1
        }
    }

    private mutating func skip(until isEnd: (UInt8) -> Bool) {
        while let byte = peek(), !isEnd(byte) { advance() }
    }

    private mutating func takeWord() -> String {
        let start = index
        while let byte = peek(), Self.isWord(byte) { advance() }
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    /// Comments nest.
    private mutating func skipComment() {
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
    }

    /// A doubled quote is two strings side by side, which ends in the same place.
    private mutating func skipQuoted(by quote: UInt8, withEscapes: Bool) {
        advance()
        while let byte = peek(), byte != quote { advance(withEscapes && byte == UInt8(ascii: "\\") ? 2 : 1) }
        advance()
    }

    /// `$$ … $$` and `$tag$ … $tag$`; `$1` is a parameter.
    private mutating func skipDollarQuoted() {
        let start = index
        advance()
        while let byte = peek(), Self.isWord(byte) { advance() }
        guard peek() == UInt8(ascii: "$") else { return }
        advance()
        let tag = bytes[start..<index]
        while index < bytes.count, !bytes[index...].starts(with: tag) { advance() }
        advance(tag.count)
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...: true
        default: false
        }
    }
}
