import ChatCore
import ChatRealtime
import ChatStore
import HTTPTypes
import Hummingbird

/// A room's log over HTTP: reading its history, and sending without a socket.
struct EventsController: Sendable {
    let store: Store
    let entrance: LogEntrance
    let hub: Hub

    func add(to router: RouterGroup<AuthenticatedContext>) {
        router.route("/v1/rooms/:room/events", [.get: history])
        router.route("/v1/rooms/:room/messages", [.post: send])
        router.route("/v1/rooms/:room/read", [.put: read])
    }

    @Sendable private func history(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let room = try context.parameters.room()
        let range = try PageRange(request)
        let limit =
            try request.integerParameter("limit", in: 1...Int64(PageRange.limit)) ?? Int64(PageRange.defaultCount)
        let account = try context.session(with: .read).account.id
        let page = try await store.run { try RoomLog.page(room, range, limit: Int(limit), for: account, on: $0) }
        return .json { $0.members(of: page) }
    }

    @Sendable private func send(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let room = try context.parameters.room()
        let body = try await request.jsonObject()
        let clientID = try request.clientID(in: body)
        let message = try MessageBody(body.string("body"))
        let receipt = try await entrance.append(
            Draft(room: room, author: context.session(with: .send).account, content: .message(clientID, message)))
        return .json(receipt.duplicate ? .ok : .created) { $0.members(of: receipt, for: room, clientID) }
    }

    @Sendable private func read(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let room = try context.parameters.room()
        let seq = try await request.jsonObject().optionalInteger("seq", in: 0...PageRange.lastSeq)
        guard let seq else {
            throw ChatError.invalid("seq", "The member seq is missing: the last event that was read.")
        }
        let account = try context.session(with: .read).account.id
        let marker = try await store.run { try ReadMarkers.move(account, in: room, to: seq, on: $0) }
        if marker.moved { hub.tell(account, marker) }
        return .json { $0.members(of: marker) }
    }
}

extension Request {
    /// The sender's key from the header `Idempotency-Key` or the body; a quoted header is taken as in the IETF's draft
    /// "The Idempotency-Key HTTP Header Field".
    func clientID(in body: JSONObject) throws(ChatError) -> ClientID {
        guard let name = HTTPField.Name("Idempotency-Key"), let header = headers[name] else {
            return try ClientID(body.string("clientId"))
        }
        let isQuoted = header.count >= 2 && header.hasPrefix("\"") && header.hasSuffix("\"")
        let key = isQuoted ? String(header.dropFirst().dropLast()) : header
        let clientID = try ClientID(key, field: "Idempotency-Key")
        if let other = try body.optionalString("clientId"), other != key {
            throw .invalid(
                "Idempotency-Key", "The header Idempotency-Key and the member clientId differ. Give one of them.")
        }
        return clientID
    }
}

extension PageRange {
    fileprivate init(_ request: Request) throws(ChatError) {
        try self.init(
            before: request.integerParameter("before", in: 1...Self.lastSeq),
            after: request.integerParameter("after", in: 0...Self.lastSeq),
            around: request.integerParameter("around", in: 0...Self.lastSeq))
    }
}
