/// How the entities look in JSON, in every door: see docs/openapi.yaml and docs/asyncapi.yaml.
extension JSONWriter {
    package mutating func members(of event: Event) {
        member("room", event.room.description)
        member("seq", event.seq)
        switch event.content {
        case .message: member("kind", "message")
        case .joined: member("kind", "joined")
        case .left: member("kind", "left")
        }
        object("author") { $0.members(of: event.author) }
        member("at", event.at.rfc3339)
        if case .message(let clientID, let body) = event.content {
            member("clientId", clientID.description)
            member("body", body.description)
        }
    }

    package mutating func members(of account: Account) {
        member("id", account.id.rawValue)
        member("handle", account.handle.description)
        member("displayName", account.displayName.description)
    }

    package mutating func members(of room: Room) {
        member("name", room.name.description)
        member("title", room.title)
        member("visibility", "public")
        member("head", room.head)
        member("member", room.member)
        member("createdAt", room.createdAt.rfc3339)
    }

    package mutating func members(of receipt: Receipt, for room: RoomName, _ clientID: ClientID) {
        member("room", room.description)
        member("clientId", clientID.description)
        member("seq", receipt.seq)
        member("at", receipt.at.rfc3339)
        member("duplicate", receipt.duplicate)
    }
}
