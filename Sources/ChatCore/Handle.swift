/// A person's or bot's unique name: `[a-z0-9._-]{3,32}`, kept in lower case.
package struct Handle: Sendable, Hashable, CustomStringConvertible {
    package let description: String

    /// - Throws: `invalid_field` unless the text, in any ASCII case, is a handle.
    package init(_ text: String) throws(ChatError) {
        let folded = text.utf8.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }
        let allowed = folded.allSatisfy { byte in
            (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2E || byte == 0x5F || byte == 0x2D
        }
        guard (3...32).contains(folded.count), allowed else {
            throw .invalid("handle", "A handle has 3 to 32 characters out of a–z, 0–9, dot, underscore and hyphen.")
        }
        self.description = String(decoding: folded, as: UTF8.self)
    }

    /// For a value that was checked when it was stored.
    package init(stored: String) { self.description = stored }
}
