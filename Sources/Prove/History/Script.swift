import SeededRandom

/// What the messages of a run say. All follows from the seed and a message's number, so nothing has to be remembered to
/// know what should be stored.
struct Script: Sendable {
    private let seed: UInt64
    private let prefix: String

    private static let words = [
        "もしもし", "tea", "☕️", "今日は", "the rain", "👩‍👩‍👧", "ありがとう", "\\n\"quoted\"", "e\u{301}", "電話", "ok", "\t",
    ]

    init(seed: UInt64) {
        self.seed = seed
        self.prefix = "p" + String(seed, radix: 36) + "-"
    }

    func clientID(of message: UInt32) -> String { prefix + String(message) }

    /// - Returns: the message with this client id, or `nil` if it is none of this run.
    func message(of clientID: String) -> UInt32? {
        guard clientID.hasPrefix(prefix), let number = UInt32(clientID.dropFirst(prefix.count)), number > 0 else {
            return nil
        }
        return number
    }

    /// Mostly short; now and then some kilobytes.
    func body(of message: UInt32) -> String {
        var random = SeededGenerator(seed: seed, stream: UInt64(message))
        let count = random.next() % 50 == 0 ? Int(random.next() % 600) : Int(random.next() % 6)
        var body = String(message)
        for _ in 0..<count {
            body += " " + Self.words[Int(random.next() % UInt64(Self.words.count))]
        }
        return body
    }

    func digest(of message: UInt32, by author: UInt16) -> UInt32 {
        Self.digest(kind: "message", author: author, clientID: clientID(of: message), body: body(of: message))
    }

    /// 64-bit FNV-1a, folded: tells contents apart that differ by accident.
    static func digest(kind: String, author: UInt16, clientID: String = "", body: String = "") -> UInt32 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325 ^ UInt64(author)
        for text in [kind, clientID, body] {
            for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
            hash = (hash ^ 0xFF) &* 0x100_0000_01b3
        }
        return UInt32(truncatingIfNeeded: hash ^ (hash >> 32))
    }
}
