package import ChatCore

/// An account in an export. It never has a secret: no password, token, second factor or invitation.
package struct AccountLine: Sendable, Equatable {
    /// By which events and memberships name it; no two lines have the same.
    package let handle: Handle
    /// As it is shown.
    package let displayName: DisplayName
    /// What it is on the server.
    package let role: Role
    /// To the microsecond.
    package let createdAt: Timestamp
    /// Since when it is shut out.
    package let disabledAt: Timestamp?
    /// Since when nothing personal is left of it.
    package let erasedAt: Timestamp?

    /// Neither shut out nor erased, unless a time is given.
    package init(
        handle: Handle, displayName: DisplayName, role: Role, createdAt: Timestamp, disabledAt: Timestamp? = nil,
        erasedAt: Timestamp? = nil
    ) {
        self.handle = handle
        self.displayName = displayName
        self.role = role
        self.createdAt = createdAt
        self.disabledAt = disabledAt
        self.erasedAt = erasedAt
    }

    init(_ members: inout LineMembers) throws(ChatError) {
        handle = try members.handle("handle")
        let text = try members.string("displayName")
        displayName = try DisplayName(text)
        guard displayName.description.utf8.elementsEqual(text.utf8) else {
            throw .invalid("displayName", "displayName has white space that would not be stored.")
        }
        guard let role = Role(rawValue: try members.string("role")) else {
            throw .invalid("role", "role is one of owner, admin, member, guest and bot.")
        }
        self.role = role
        createdAt = try members.time("createdAt")
        disabledAt = try members.optionalTime("disabledAt")
        erasedAt = try members.optionalTime("erasedAt")
    }

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("createdAt", ExportTime.text(createdAt))
            json.member("disabledAt", disabledAt.map(ExportTime.text))
            json.member("displayName", displayName.description)
            json.member("erasedAt", erasedAt.map(ExportTime.text))
            json.member("handle", handle.description)
            json.member("kind", "account")
            json.member("role", role.rawValue)
        }
    }
}
