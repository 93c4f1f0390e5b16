import ChatCore

/// Makes plain text of Slack's: mentions, channels and links stand in angle brackets there, and three characters are written as
/// entities (Slack, "Formatting text for app surfaces").
struct SlackText {
    /// Handles by Slack's ids of users.
    let handles: [String: Handle]
    /// Rooms by Slack's ids of channels.
    let rooms: [String: RoomName]

    /// U+0000, which no message may have, is left out.
    func plain(_ text: String) -> String {
        let bytes = Array(text.utf8)
        var plain: [UInt8] = []
        plain.reserveCapacity(bytes.count)
        var place = 0
        while place < bytes.count {
            if bytes[place] == UInt8(ascii: "<"), let end = Self.end(of: bytes, after: place) {
                let inside = String(decoding: bytes[(place + 1)..<end], as: UTF8.self)
                plain += Self.unescaped(meaning(of: inside)).utf8
                place = end + 1
            } else if let (character, length) = Self.entity(bytes, at: place) {
                plain.append(character)
                place += length
            } else {
                if bytes[place] != 0 { plain.append(bytes[place]) }
                place += 1
            }
        }
        return String(decoding: plain, as: UTF8.self)
    }

    /// The closing bracket; a bracket within is none of Slack's, which writes it as an entity.
    private static func end(of bytes: [UInt8], after start: Int) -> Int? {
        var place = start + 1
        while place < bytes.count, bytes[place] != UInt8(ascii: "<") {
            if bytes[place] == UInt8(ascii: ">") { return place > start + 1 ? place : nil }
            place += 1
        }
        return nil
    }

    /// What stands between angle brackets, still with entities.
    private func meaning(of inside: String) -> String {
        let parts = inside.split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false)
        let target = parts.first.map(String.init) ?? ""
        let label = parts.count > 1 && !parts[1].isEmpty ? String(parts[1]) : nil
        switch target.first {
        case "@": return "@" + (handles[String(target.dropFirst())]?.description ?? label ?? String(target.dropFirst()))
        case "#": return "#" + (rooms[String(target.dropFirst())]?.description ?? label ?? String(target.dropFirst()))
        case "!": return command(String(target.dropFirst()), label)
        default: return link(target, label)
        }
    }

    private func command(_ name: String, _ label: String?) -> String {
        if let label { return label }
        if name.hasPrefix("subteam^") { return "@" + name.dropFirst(8) }
        return "@" + name
    }

    private func link(_ target: String, _ label: String?) -> String {
        guard let label, label != target else { return target }
        // The label is often the address in short.
        if target == "mailto:\(label)" || target == "tel:\(label)" { return label }
        if target == "http://\(label)" || target == "https://\(label)" { return target }
        return "\(label) (\(target))"
    }

    private static let entities: [(text: [UInt8], character: UInt8)] = [
        (Array("&amp;".utf8), UInt8(ascii: "&")), (Array("&lt;".utf8), UInt8(ascii: "<")),
        (Array("&gt;".utf8), UInt8(ascii: ">")),
    ]

    private static func entity(_ bytes: [UInt8], at place: Int) -> (character: UInt8, length: Int)? {
        guard bytes[place] == UInt8(ascii: "&") else { return nil }
        let found = entities.first { bytes[place...].starts(with: $0.text) }
        return found.map { ($0.character, $0.text.count) }
    }

    private static func unescaped(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "&")) || text.utf8.contains(0) else { return text }
        let bytes = Array(text.utf8)
        var plain: [UInt8] = []
        var place = 0
        while place < bytes.count {
            let found = entity(bytes, at: place)
            if let character = found?.character ?? (bytes[place] == 0 ? nil : bytes[place]) { plain.append(character) }
            place += found?.length ?? 1
        }
        return String(decoding: plain, as: UTF8.self)
    }
}

/// Cuts a text into messages.
enum MessageParts {
    /// Parts of at most ``MessageBody/limit`` code points each, in which nothing but white space is lost: at the end of a line if there
    /// is one in the second half, else at a space, else anywhere.
    static func of(_ text: String) -> [MessageBody] {
        var rest = Array(text.unicodeScalars)[...]
        var parts: [MessageBody] = []
        while !rest.isEmpty {
            let end = rest.count <= MessageBody.limit ? rest.endIndex : cut(rest)
            var part = String.UnicodeScalarView()
            part.append(contentsOf: rest[..<end])
            // What is only white space is no message.
            if let body = try? MessageBody(String(part)) { parts.append(body) }
            rest = rest[end...]
        }
        return parts
    }

    private static func cut(_ text: ArraySlice<Unicode.Scalar>) -> Int {
        let limit = text.startIndex + MessageBody.limit
        let half = text[(text.startIndex + MessageBody.limit / 2)..<limit]
        let end = half.lastIndex { $0 == "\n" } ?? half.lastIndex { $0 == " " || $0 == "\u{3000}" }
        return end.map { $0 + 1 } ?? limit
    }
}
