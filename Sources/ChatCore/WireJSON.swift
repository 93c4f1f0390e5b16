/// How the entities look in JSON, in every door: see docs/openapi.yaml and docs/asyncapi.yaml.
extension JSONWriter {
    /// The schema `Event`. Its members depend on what happened.
    package mutating func members(of event: Event) {
        member("room", event.room.description)
        member("seq", event.seq)
        switch event.content {
        case .message, .removed: member("kind", "message")
        case .joined: member("kind", "joined")
        case .left: member("kind", "left")
        }
        object("author") { $0.members(of: event.author) }
        member("at", event.at)
        switch event.content {
        case .message(let clientID, let body):
            member("clientId", clientID.description)
            member("body", body.description)
            if let data = body.data { member("data", json: data.description) }
        case .removed(let clientID, let removal):
            member("clientId", clientID.description)
            // Who does not know what was removed can still read a text.
            member("body", "")
            member("removed", removal.rawValue)
        case .joined, .left: break
        }
    }

    /// The schema `Session`: never the token.
    package mutating func members(of session: Session) {
        member("id", session.id.rawValue)
        member("createdAt", session.createdAt)
        member("expiresAt", session.expiresAt)
    }

    /// The schema `Account`: what everybody may see.
    package mutating func members(of account: Account) {
        member("id", account.id.rawValue)
        member("handle", account.handle.description)
        member("displayName", account.displayName.description)
    }

    /// The schema `Room`.
    package mutating func members(of room: Room) {
        member("name", room.name.description)
        member("title", room.title)
        member("visibility", "public")
        member("head", room.head)
        member("member", room.member)
        member("archived", room.archived)
        member("createdAt", room.createdAt)
    }

    /// Without the title, which only the answer to `subscribe` has.
    package mutating func members(of page: Page) {
        member("room", page.room.description)
        member("head", page.head)
        array("events") { json in for event in page.events { json.object { $0.members(of: event) } } }
        member("hasMore", page.hasMore)
    }

    /// With the number of events, so that the client need not count.
    package mutating func members(of gap: Gap) {
        member("room", gap.room.description)
        member("from", gap.from)
        member("to", gap.to)
        member("count", gap.count)
    }

    /// With the number of unread events in the place of the head.
    package mutating func members(of marker: ReadMarker) {
        member("room", marker.room.description)
        member("read", marker.read)
        member("unread", marker.unread)
    }

    /// As sockets are told; HTTP has a form of its own.
    package mutating func members(of error: ChatError) {
        member("code", error.code.rawValue)
        member("detail", error.detail)
        member("retryable", error.retryable)
        if let pause = error.retryAfterMilliseconds { member("retryAfterMs", Int64(pause)) }
        member("field", error.field)
    }

    /// What the ack of a socket and the answer to a POST have in common.
    package mutating func members(of receipt: Receipt, for room: RoomName, _ clientID: ClientID) {
        member("room", room.description)
        member("clientId", clientID.description)
        member("seq", receipt.seq)
        member("at", receipt.at)
        member("duplicate", receipt.duplicate)
    }
}
