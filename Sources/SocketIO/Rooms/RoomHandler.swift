import ChatCore
import ChatRealtime
import NIOCore

/// A client in the namespace of a room: a socket of the account that it has logged in as, subscribed to that room.
///
/// It speaks for the client to a ``SocketSession``, as the native door's frames do, and says in packets of Socket.IO what that one
/// answers.
final class RoomHandler: NamespaceHandler {
    /// The `ref` of the subscription that answers CONNECT. Acks have digits.
    private static let connecting = "connect"

    /// Where the client stands in the room.
    private struct Seat: Sendable {
        var recovery: RecoveryID
        let dialect: Dialect
        /// The client is back with the name that it had.
        var isRecovered: Bool
        let history: Int
    }

    private let client: NamespaceSocket
    private let environment: SocketSession.Environment
    private let isRecoverable: Bool
    private var admission: RoomAdmission?
    private var seat: Seat?
    private(set) var session: SocketSession?
    /// It has been told that it is in.
    private(set) var isIn = false
    /// The client has asked to leave the room, and has to be told before it is sent away.
    var isLeaving = false
    /// Joining and leaving that waits for the database.
    var pending = 0
    /// The most of it: each is a commit of its own.
    static let pendingLimit = 8
    private var isStopping = false
    /// The server stops, and there is nothing else to wait for.
    private(set) var isFinished = false

    /// - Parameter isRecoverable: whether the client may come back to where it was.
    init(_ client: NamespaceSocket, _ environment: SocketSession.Environment, isRecoverable: Bool) {
        self.client = client
        self.environment = environment
        self.isRecoverable = isRecoverable
    }

    var room: RoomName? { seat?.recovery.room }
    private var namespace: String { client.name }

    // MARK: - Coming in

    func enter(_ room: RoomName, _ auth: ConnectAuth, _ admission: RoomAdmission) {
        guard let eventLoop = client.eventLoop else { return }
        self.admission = admission
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        admission.enter(auth, room, eventLoop).hop(to: eventLoop).whenComplete { result in
            switch result {
            case .success(let entrant): bound.value.admitted(entrant, to: room, auth)
            case .failure(let error): bound.value.refuse(ChatError(access: error))
            }
        }
    }

    private func admitted(_ entrant: RoomAdmission.Entrant, to room: RoomName, _ auth: ConnectAuth) {
        guard client.eventLoop != nil, !client.hasLeft else { return }
        let session = SocketSession(
            entrant.session, greeting: entrant.greeting, environment: environment,
            dialect: RoomDialect(isMain: client.name == "/", isFull: auth.isFull, hasOffsets: isRecoverable).dialect)
        self.session = session
        session.open(on: self)
        let account = entrant.session.account.id.rawValue
        let old = auth.recovery.flatMap { old in
            isRecoverable && old.account == account && old.room == room && old.epoch == entrant.greeting.epoch
                ? old : nil
        }
        let recovery =
            old
            ?? RecoveryID(
                sid: EngineID.make(), account: account, room: room, seq: 0, epoch: entrant.greeting.epoch,
                guestToken: entrant.guestToken)
        seat = Seat(recovery: recovery, dialect: session.dialect, isRecovered: old != nil, history: auth.history)
        if let old { subscribe(after: max(auth.offset ?? old.seq, 0)) } else { subscribeAnew() }
    }

    private func subscribe(after seq: Int64) {
        guard let room else { return }
        session?.received(
            .success(.subscribe(room, .after(min(seq, PageRange.lastSeq), limit: .max, epoch: nil))),
            .init(ref: Self.connecting, room: room))
        client.flush()
    }

    /// As somebody who was not here before: with the room's last messages.
    private func subscribeAnew() {
        guard let room, let seat, let admission, let eventLoop = client.eventLoop else { return }
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        admission.start(seat.history, room, eventLoop).hop(to: eventLoop).whenComplete { result in
            switch result {
            case .success(let start):
                bound.value.seat?.recovery.begin(after: start)
                bound.value.subscribe(after: start)
            case .failure(let error): bound.value.refuse(ChatError(access: error))
            }
        }
    }

    private func subscribed() {
        guard !isIn, let seat else { return }
        isIn = true
        client.accept(sid: seat.recovery.sid, pid: isRecoverable ? seat.recovery.description : nil)
    }

    private func notSubscribed(_ error: ChatError) {
        guard !isIn else { return cannotGoOn(error) }
        // The client has seen more than there is: whatever it has is of another log.
        guard error.code == .resyncRequired, let old = seat, old.isRecovered else { return refuse(error) }
        seat?.isRecovered = false
        seat?.recovery.sid = EngineID.make()
        subscribeAnew()
    }

    /// The client has changed over to another transport, and the room does not have it any more. To say that it is not let in would
    /// be too late.
    private func cannotGoOn(_ error: ChatError) {
        // What passes by itself, or when it begins anew, lets it come back.
        guard !error.retryable, error.code != .resyncRequired else { return client.closeConnection() }
        refuse(error, nil)
        client.disconnect()
    }

    func refuse(_ error: ChatError) {
        guard client.eventLoop != nil, !client.hasLeft else { return }
        // A client that is refused does not come back by itself; one that has lost its connection does.
        guard !error.retryable else { return client.closeConnection() }
        var json = JSONWriter()
        json.object { $0.members(of: error) }
        // What libraries and their users look for.
        let message = error == .invalidNamespace || error.code == .roomNotFound ? "Invalid namespace" : error.detail
        client.refuse(message, data: ByteBuffer(bytes: json.bytes))
    }

    // MARK: - The connection

    var mayReceive: Bool { pending < Self.pendingLimit && session?.mayReceive ?? true }
    var isIdle: Bool { isIn && pending == 0 && session?.isIdle ?? true }

    func becameWritable() { session?.becameWritable() }

    func serverStops() {
        isStopping = true
        guard let session else { return client.finish() }
        session.serverStops()
    }

    func continuation() -> @Sendable (NamespaceSocket) -> any NamespaceHandler {
        guard let seat, let continuation = session?.continuation(in: seat.recovery.room) else {
            return { [environment, isRecoverable] in
                RoomHandler($0, environment, isRecoverable: isRecoverable)
            }
        }
        return { [environment, isRecoverable] client in
            let handler = RoomHandler(client, environment, isRecoverable: isRecoverable)
            handler.goOn(seat, continuation)
            return handler
        }
    }

    private func goOn(_ seat: Seat, _ continuation: SocketSession.Continuation) {
        self.seat = seat
        isIn = true
        let session = SocketSession(continuation, environment: environment, dialect: seat.dialect)
        self.session = session
        session.open(on: self)
        subscribe(after: continuation.position)
    }

    func closed(on eventLoop: any EventLoop) {
        guard let session else { return }
        self.session = nil
        session.closed()
        session.ended(on: eventLoop)
    }
}

extension RoomHandler: SocketConnection {
    var eventLoop: (any EventLoop)? { client.eventLoop }
    var isWritable: Bool { client.isWritable }
    var hasOutgoing: Bool { client.hasOutgoing }
    /// Not everything that happens is told.
    func write(_ frames: ByteBuffer) { if frames.readableBytes > 0 { client.write(frames) } }
    func flush() { client.flush() }
    func readIfAllowed() { client.readIfAllowed() }

    /// Engine.IO asks the client itself, and closes if it does not answer.
    func ping() { session?.receivedAll() }

    func say(_ frame: ServerFrame) {
        switch frame {
        case .subscribed: subscribed()
        case .error(let error, let echo) where echo.ref == Self.connecting: notSubscribed(error)
        case .unsubscribed: if !isLeaving { client.disconnect() }
        case .history(let room, let page, let ref?): answer(ref) { page.writeMembers(&$0, of: room) }
        case .read(let marker, let ref?): answer(ref) { $0.members(of: marker) }
        case .typing(let room, let author, let ref?): answer(ref) { $0.members(typing: author, in: room) }
        case .read(let marker, nil): if marker.room == room { tell("denwa:read") { $0.members(of: marker) } }
        case .expiring(let at): tell("denwa:expiring") { $0.member("expiresAt", at) }
        case .error(let error, let echo): refuse(error, echo.ref)
        default: break
        }
    }

    func close(_ code: CloseCode, _ reason: String) {
        guard client.eventLoop != nil else { return }
        switch code {
        case .sessionEnded:
            refuse(.sessionEnded, nil)
            client.sendAway()
        case .serviceRestart where isStopping: finish()
        default: client.closeConnection()
        }
    }

    func finish() {
        isFinished = true
        if pending == 0 { client.finish() }
    }

    func answer(_ ackID: String, _ members: (inout JSONWriter) -> Void) {
        var writer = FrameWriter()
        writer.ack(namespace, ackID, members)
        write(writer.buffer)
    }

    private func tell(_ event: StaticString, _ members: (inout JSONWriter) -> Void) {
        var writer = FrameWriter()
        writer.event(event, namespace, members)
        write(writer.buffer)
    }

    func refuse(_ error: ChatError, _ ackID: String?) {
        var writer = FrameWriter()
        writer.refusal(error, namespace, ackID)
        write(writer.buffer)
    }

    func hasLeft() { client.disconnect() }

    func closesConnection() { client.closeConnection() }
}
