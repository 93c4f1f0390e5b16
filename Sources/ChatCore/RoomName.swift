/// The permanent public identifier of a room: `[a-z0-9][a-z0-9-]{0,63}`. What people read is its title.
package struct RoomName: Sendable, Hashable, CustomStringConvertible {
    /// The name itself.
    package let description: String

    /// - Throws: `invalid_field`.
    package init(_ text: String, field: String = "room") throws(ChatError) {
        let plain = text.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
        guard (1...64).contains(text.utf8.count), plain, text.utf8.first != 0x2D else {
            throw .invalid(
                field,
                "A room name has 1 to 64 characters out of a–z, 0–9 and hyphen, and does not begin with a hyphen.")
        }
        self.description = text
    }

    /// For a value that was checked when it was stored.
    package init(stored: String) { self.description = stored }
}
