/// The text of a message: 1 to 8,000 code points, not only white space, without U+0000. Stored exactly as sent.
package struct MessageBody: Sendable, Hashable, CustomStringConvertible {
    /// In code points.
    package static let limit = 8_000

    /// Exactly as sent.
    package let description: String
    /// What the text was taken from, if it was sent as more than a text.
    package let data: MessageData?

    /// - Throws: `invalid_field`.
    package init(_ text: String, data: MessageData? = nil) throws(ChatError) {
        // A code point takes one to four bytes, so most texts need no count.
        guard text.utf8.count <= Self.limit || text.unicodeScalars.count <= Self.limit else {
            throw .invalid("body", "A message has at most \(Self.limit) characters. Send it in parts.")
        }
        guard text.hasInk else {
            throw .invalid("body", "A message needs at least one character that is not white space.")
        }
        guard !text.utf8.contains(0) else { throw .invalid("body", "A message must not hold the character U+0000.") }
        self.description = text
        self.data = data
    }

    /// For values that were checked when they were stored.
    package init(stored: String, data: String? = nil) {
        self.description = stored
        self.data = data.map { MessageData(stored: $0) }
    }

    /// What text and data take.
    package var byteCount: Int { description.utf8.count + (data?.description.utf8.count ?? 0) }
}

extension String {
    /// Whether there is anything but white space.
    fileprivate var hasInk: Bool {
        // Most texts begin with a visible ASCII character, which needs no table.
        if let first = utf8.first, (0x21...0x7E).contains(first) { return true }
        return unicodeScalars.contains { !$0.properties.isWhitespace }
    }
}
