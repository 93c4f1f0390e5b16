/// The name people see: 1 to 64 code points without control characters, no white space at the ends.
package struct DisplayName: Sendable, Hashable, CustomStringConvertible {
    package let description: String

    /// - Throws: `invalid_field`.
    package init(_ text: String) throws(ChatError) {
        self.description = try Line.check(text, field: "displayName", limit: 64)
    }

    /// A handle is always a display name.
    package init(_ handle: Handle) { self.description = handle.description }

    /// For a value that was checked when it was stored.
    package init(stored: String) { self.description = stored }
}

/// The title of a room: 1 to 80 code points, otherwise like ``DisplayName``.
package struct RoomTitle: Sendable, Hashable, CustomStringConvertible {
    package let description: String

    /// - Throws: `invalid_field`.
    package init(_ text: String) throws(ChatError) {
        self.description = try Line.check(text, field: "title", limit: 80)
    }

    /// A room's name is always a title.
    package init(_ name: RoomName) { self.description = name.description }
}

/// One line of text for people.
private enum Line {
    static func check(_ text: String, field: String, limit: Int) throws(ChatError) -> String {
        var scalars = Substring(text).unicodeScalars
        while let first = scalars.first, first.properties.isWhitespace { scalars.removeFirst() }
        while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
        guard (1...limit).contains(scalars.count) else {
            throw .invalid(field, "\(field) has 1 to \(limit) characters besides surrounding white space.")
        }
        guard scalars.allSatisfy({ $0.properties.generalCategory != .control }) else {
            throw .invalid(field, "\(field) must not hold control characters.")
        }
        return String(scalars)
    }
}
