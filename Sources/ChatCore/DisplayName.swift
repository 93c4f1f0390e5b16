/// The name people see: 1 to 64 code points of any script on one line, all of them visible. See ``Line``.
///
/// Not unique, and no proof of who somebody is: that is the ``Handle``.
package struct DisplayName: Sendable, Hashable, CustomStringConvertible {
    /// As people are shown it.
    package let description: String

    /// Without white space at the ends, and with one space for each white space inside.
    /// - Throws: `invalid_field`.
    package init(_ text: String) throws(ChatError) {
        self.description = try Line.check(text, field: "displayName", limit: 64)
    }

    /// What people see in the place of the name of an erased account.
    package static let erased = DisplayName(stored: "Erased account")

    /// A handle is always a display name.
    package init(_ handle: Handle) { self.description = handle.description }

    /// For a value that was checked when it was stored.
    package init(stored: String) { self.description = stored }
}

/// The title of a room: 1 to 80 code points, otherwise like ``DisplayName``.
package struct RoomTitle: Sendable, Hashable, CustomStringConvertible {
    /// As people are shown it.
    package let description: String

    /// - Throws: `invalid_field`.
    package init(_ text: String) throws(ChatError) {
        self.description = try Line.check(text, field: "title", limit: 80)
    }

    /// A room's name is always a title.
    package init(_ name: RoomName) { self.description = name.description }
}
