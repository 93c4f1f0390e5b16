/// The sender's idempotency key: 1 to 64 characters of `[A-Za-z0-9._:-]`. In one room, one author's key is stored once, for ever.
package struct ClientID: Sendable, Hashable, CustomStringConvertible {
    /// As the sender has made it.
    package let description: String

    /// - Throws: `invalid_field`.
    package init(_ text: String, field: String = "clientId") throws(ChatError) {
        let plain = text.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x3A, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
            default: false
            }
        }
        guard (1...64).contains(text.utf8.count), plain else {
            throw .invalid(
                field,
                "\(field) has 1 to 64 characters out of A–Z, a–z, 0–9, dot, underscore, colon and hyphen; a UUID is one."
            )
        }
        self.description = text
    }

    /// For a value that was checked when it was stored.
    package init(stored: String) { self.description = stored }
}
