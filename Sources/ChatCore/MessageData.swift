/// What a message was made of, where that is more than its text: a JSON array, 1 to 65,536 bytes, stored and passed on as it
/// was sent. Doors that speak only texts show the text.
package struct MessageData: Sendable, Hashable, CustomStringConvertible {
    /// In bytes.
    package static let limit = 65_536

    /// The array's text, exactly as sent.
    package let description: String

    /// - Parameter array: JSON that has been parsed.
    /// - Throws: `invalid_field`.
    package init(array: String) throws(ChatError) {
        guard array.utf8.count <= Self.limit else {
            throw .invalid("data", "A message's data has at most \(Self.limit) bytes. Send it in parts.")
        }
        self.description = array
    }

    /// For a value that was checked when it was stored.
    package init(stored: String) { self.description = stored }
}
