import ChatCore
import ChatRealtime
import NIOCore

/// What a client may emit.
extension RoomHandler {
    func received(_ message: SocketIOAssembler.Message) {
        let packet = message.packet
        // Who is not in yet has nothing to say.
        guard isIn, let room, let session else { return closesConnection() }
        // Acks answer what we never ask.
        guard let arguments = packet.arguments else { return }
        let ackID = packet.ackID.map { String($0) }
        let command = Result { () throws(ChatError) -> ClientCommand? in
            if let excess = arguments.excess { throw excess }
            return try self.command(arguments, message.attachments, ackID, room)
        }
        let echo = ClientCommand.Echo(ref: ackID, room: room)
        switch command {
        case .success(let command?): session.received(.success(command), echo)
        case .success(nil): break
        case .failure(let error): session.received(.failure(error), echo)
        }
    }

    /// - Returns: `nil` if it has been seen to.
    private func command(
        _ arguments: SocketIOArguments, _ attachments: [ByteBuffer], _ ackID: String?, _ room: RoomName
    ) throws(ChatError) -> ClientCommand? {
        switch arguments.name {
        case "message":
            let message = try EmittedMessage(arguments, attachments)
            return .send(room, message.clientID, message.body)
        case "history":
            let options = try arguments.options()
            return .history(room, try PageRange(options), limit: try options.pageLimit())
        case "typing": return .typing(room)
        case "read": return .read(room, try arguments.seq())
        case "join":
            try change(.joined, ackID, room)
            return nil
        case "leave":
            try change(.left, ackID, room)
            return nil
        default:
            throw ChatError(
                .unknownType, "There is no such event; there are message, history, read, typing, join and leave.")
        }
    }

    /// A change of membership, which is the room writer's as messages are.
    private func change(_ content: Event.Content, _ ackID: String?, _ room: RoomName) throws(ChatError) {
        guard let session, let eventLoop else { return }
        guard session.session.rights.contains(.join) else { throw .notAllowed(.join) }
        guard pending < Self.pendingLimit else { throw .overloaded("You join and leave faster than it can be stored.") }
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        let draft = Draft(room: room, author: session.account, content: content)
        try session.environment.rooms.submit(
            draft, .caller { result in eventLoop.execute { bound.value.changed(content, ackID, result) } })
        pending += 1
        if case .left = content { isLeaving = true }
    }

    private func left(_ result: Result<Receipt, ChatError>) {
        if case .failure(let error) = result, ![.notAMember, .roomNotFound].contains(error.code) {
            // It is still in the room, or that is not known.
            isLeaving = false
        } else {
            hasLeft()
        }
    }

    private func changed(_ content: Event.Content, _ ackID: String?, _ result: Result<Receipt, ChatError>) {
        pending -= 1
        guard let room else { return }
        switch result {
        case .success(let receipt): if let ackID { answer(ackID) { $0.members(of: receipt, in: room) } }
        case .failure(let error): refuse(error, ackID)
        }
        if case .left = content { left(result) }
        flush()
        readIfAllowed()
        if isFinished { finish() }
    }
}

extension SocketIOArguments {
    /// The one object that an event may have.
    fileprivate func options() throws(ChatError) -> JSONObject {
        switch values.first {
        case nil, .null: return JSONObject()
        case .object(let object): return object
        default: throw .invalid("options", "The argument of \(name) is an object.")
        }
    }

    /// A number, or an object with one.
    fileprivate func seq() throws(ChatError) -> Int64 {
        if case .integer(let seq) = values.first, (0...PageRange.lastSeq).contains(seq) { return seq }
        if case .object(let object) = values.first,
            let seq = try object.optionalInteger("seq", in: 0...PageRange.lastSeq)
        {
            return seq
        }
        throw .invalid("seq", "The argument of \(name) is the seq of the last event that was read.")
    }
}

extension JSONWriter {
    fileprivate mutating func members(of receipt: Receipt, in room: RoomName) {
        member("room", room.description)
        member("seq", receipt.seq)
        member("at", receipt.at)
        member("duplicate", receipt.duplicate)
    }
}
