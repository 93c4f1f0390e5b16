/// A person's or bot's unique name: `[a-z0-9._-]{3,32}`, kept in lower case.
package struct Handle: Sendable, Hashable, CustomStringConvertible {
    /// In lower case.
    package let description: String

    /// - Parameter field: the member or parameter that it came in, for the error.
    /// - Throws: `invalid_field` unless the text, in any ASCII case, is a handle.
    package init(_ text: String, field: String = "handle") throws(ChatError) {
        let folded = text.utf8.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }
        let allowed = folded.allSatisfy { byte in
            (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2E || byte == 0x5F || byte == 0x2D
        }
        guard (3...32).contains(folded.count), allowed else {
            throw .invalid(field, "A handle has 3 to 32 characters out of a–z, 0–9, dot, underscore and hyphen.")
        }
        self.description = String(decoding: folded, as: UTF8.self)
    }

    /// What the handles of guests begin with, and no others.
    private static let guestPrefix = "guest-"

    /// A handle for a guest, with 40 random bits.
    package static func guest() -> Handle {
        let letters = Array("abcdefghijkmnpqrstuvwxyz23456789")
        return Handle(stored: guestPrefix + String((0..<8).map { _ in letters[Int.random(in: 0..<letters.count)] }))
    }

    /// Whether only a guest may have it.
    package var isForGuests: Bool { description.hasPrefix(Self.guestPrefix) }

    /// What the handles of erased accounts begin with, and no others.
    private static let erasedPrefix = "erased-"

    /// What an account is called of which nothing else is left.
    package static func erased(_ account: AccountID, attempt number: Int = 1) -> Handle {
        Handle(stored: erasedPrefix + "\(account.rawValue)" + (number > 1 ? "-\(number)" : ""))
    }

    /// Whether only an erased account may have it.
    package var isForErased: Bool { description.hasPrefix(Self.erasedPrefix) }

    /// For a value that was checked when it was stored.
    package init(stored: String) { self.description = stored }
}
