import ChatCore
import PasswordPolicy

@testable import ChatServer
@testable import ChatStore
@testable import Passwords

private let policy = PasswordPolicy(contextWords: ["denwa"])

extension FuzzTarget {
    /// Passwords, tokens and stored hashes.
    static let secrets = FuzzTarget(
        name: "secrets",
        seeds: .texts(
            "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaA", "$argon2id$v=19$m=4294967296,t=1,p=1$a$b",
            "0123456789abcdefghijklmnopqrstuvwxyzABCDE-_", "correct horse battery staple", "が\u{3099}e\u{301}", "$$$$$"),
        tokens: ["$argon2id$", "$v=19$", "m=", ",t=", ",p=", "131072", "$", "\u{301}", "e", "ﷺ"]
    ) { input in
        let text = input.text
        if let phc = PHCString(text) {
            try promise("a hash has a bounded cost", (8...131_072).contains(phc.parameters.memoryKiB))
            try promise("one form of a hash", phc.description == text)
        }
        if let token = SecretToken(presented: text) { _ = token.hash }
        if let password = try? Password(text, policy, for: ["alice"]) {
            let count = password.normalized.unicodeScalars.count
            try promise("a password has its bounds", (15...256).contains(count))
            let again = try? Password(password.normalized, policy, for: ["alice"])
            try promise("one form of a password", again?.normalized == password.normalized)
        }
        _ = Password(attempt: text)
    }

    /// Names, ids and texts: an accepted value is what its type says, and is accepted again.
    static let values = FuzzTarget(
        name: "values",
        seeds: .texts(
            "lobby", "a-1", "-a", "Alice", "alice.b_c-d", "550e8400-e29b-41d4-a716-446655440000", " 電話 ", "a\u{0}b",
            "e\u{301}", "\u{200B}", "\u{FEFF}", "👩‍👩‍👧", String(repeating: "a", count: 64)),
        tokens: ["\u{0}", "\u{7F}", "\u{85}", "\u{3000}", "\u{2028}", "電", "-", ".", "_", ":", "\r\n", "\u{301}"]
    ) { input in
        let text = input.text
        if let room = try? RoomName(text) {
            try promise("a room name", room.description.wholeMatch(of: /[a-z0-9][a-z0-9-]{0,63}/) != nil)
        }
        if let handle = try? Handle(text) {
            try promise("a handle", handle.description.wholeMatch(of: /[a-z0-9._-]{3,32}/) != nil)
            try promise("a handle has one form", (try? Handle(handle.description)) == handle)
        }
        if let id = try? ClientID(text) {
            try promise("a client id", id.description.wholeMatch(of: /[A-Za-z0-9._:-]{1,64}/) != nil)
        }
        if let name = try? DisplayName(text) {
            try promise("a display name has its bounds", (1...64).contains(name.description.unicodeScalars.count))
            try promise("a display name has one form", (try? DisplayName(name.description)) == name)
        }
        if let title = try? RoomTitle(text) {
            try promise("a title has one form", (try? RoomTitle(title.description)) == title)
        }
        if let body = try? MessageBody(text) {
            try promise("a body is as it was sent", Array(body.description.utf8) == Array(text.utf8))
            try promise(
                "a body has its bounds", (1...8000).contains(text.unicodeScalars.count) && !text.utf8.contains(0))
        }
    }
}
