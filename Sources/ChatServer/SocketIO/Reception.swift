import ChatCore
import ChatStore
import NIOCore
import SocketIO

/// Lets clients into rooms that have no chance to log in first: whoever says nothing comes in as a guest.
struct Reception: Sendable {
    private static let guestName = "Guest"

    let store: Store
    let authenticator: Authenticator
    let entrance: LogEntrance
    let newcomers: Newcomers
    let limits: LogInLimits
    let takesGuests: Bool
    let watch: DatabaseWatch

    /// - Throws: `not_authenticated`, `not_allowed`, `too_many_requests`, `room_not_found`, `storage_unavailable` and the like.
    func admit(
        _ visitor: Visitor, _ auth: ConnectAuth, to room: RoomName, on eventLoop: any EventLoop
    ) async throws -> RoomAdmission.Entrant {
        let (answer, guestToken) = try await welcome(visitor, auth, on: eventLoop)
        let session = answer.session
        guard session.rights.contains(.read) else { throw ChatError.notAllowed(.read) }
        if !answer.rooms.contains(where: { $0.name == room }) {
            guard session.rights.contains(.join) else { throw ChatError.notAllowed(.join) }
            _ = try await entrance.change(.joined, session.account, in: room)
        }
        return .init(
            session: session,
            greeting: Greeting(epoch: watch.epoch, account: session.account, rooms: answer.rooms),
            guestToken: guestToken)
    }

    private func welcome(
        _ visitor: Visitor, _ auth: ConnectAuth, on eventLoop: any EventLoop
    ) async throws -> (Greeter.Answer, guestToken: String?) {
        if let token = auth.token { return (try await greet(.bearer(token), on: eventLoop), nil) }
        switch visitor.presented {
        case .bearer: return (try await greet(visitor.presented, on: eventLoop), nil)
        case .cookie:
            if let answer = try await known(visitor.presented, on: eventLoop) { return (answer, nil) }
        case .nothing: break
        }
        if let token = auth.guestToken, let answer = try await known(.bearer(token), on: eventLoop) {
            return (answer, token)
        }
        // Who was somebody else does not notice that it speaks as a guest.
        guard takesGuests, !auth.wasLoggedIn else {
            throw ChatError(
                .notAuthenticated,
                "There is no valid session. Log in with POST /v1/sessions, and connect with auth: { token } or with the cookie."
            )
        }
        return try await guest(visitor, auth, on: eventLoop)
    }

    private func greet(
        _ presented: Authenticator.Presented, on eventLoop: any EventLoop
    ) async throws -> Greeter.Answer {
        try await authenticator.greet(presented, on: eventLoop).get()
    }

    /// `nil` for a session that has ended: who did not choose to show it is not refused for it.
    private func known(
        _ presented: Authenticator.Presented, on eventLoop: any EventLoop
    ) async throws -> Greeter.Answer? {
        do {
            return try await greet(presented, on: eventLoop)
        } catch let error as ChatError where error.code == .notAuthenticated {
            return nil
        }
    }

    private func guest(
        _ visitor: Visitor, _ auth: ConnectAuth, on eventLoop: any EventLoop
    ) async throws -> (Greeter.Answer, guestToken: String?) {
        let name = try DisplayName(auth.name ?? Self.guestName)
        let token = try await visitor.guest.token(on: eventLoop) {
            try limits.admitSignUp(from: visitor.address)
            let token = SecretToken()
            let session = try await store.run {
                try Accounts.enter(as: name, token: token, at: visitor.place, on: $0)
            }
            await newcomers.join(session.account)
            return token
        }
        return (try await greet(.bearer(token.text), on: eventLoop), token.text)
    }

    /// Behind which seq the last so many messages lie.
    func start(ofLast messages: Int, in room: RoomName, on eventLoop: any EventLoop) -> EventLoopFuture<Int64> {
        store.run(on: eventLoop) { try RoomLog.start(ofLast: messages, in: room, on: $0) }
    }
}
