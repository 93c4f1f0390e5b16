import ChatCore
import ChatRealtime
import ChatStore
import NIOCore
import NIOHTTP1

/// Who may open a socket at `/v1/socket`, and what then sits in its pipeline.
struct NativeDoor: Sendable {
    static let path = "/v1/socket"
    static let subprotocol = "denwa.v1"
    static let messageBytes = 65_536

    let authenticator: Authenticator
    let origins: OriginPolicy
    let readiness: Readiness
    let watch: DatabaseWatch
    let environment: SocketSession.Environment

    @Sendable func decide(
        _ head: HTTPRequestHead, _ handshake: Handshake, on eventLoop: any EventLoop
    ) -> EventLoopFuture<UpgradeDecision> {
        do throws(ChatError) {
            let presented = try check(head, handshake)
            return authenticator.greet(presented, on: eventLoop).map { session, rooms in accept(session, rooms) }
        } catch {
            return eventLoop.makeSucceededFuture(.refuse(error))
        }
    }

    /// All that can be refused without asking the database.
    private func check(_ head: HTTPRequestHead, _ handshake: Handshake) throws(ChatError) -> Authenticator.Presented {
        guard head.uri.split(separator: "?").first.map(String.init) == Self.path else {
            throw ChatError(.notFound, "There is no WebSocket at this path; it is at \(Self.path).")
        }
        guard !readiness.isDraining else { throw .shuttingDown }
        let origin = head.headers["Origin"].first
        if let origin, !origins.allows(origin) { throw .originNotAllowed }
        guard handshake.subprotocols.contains(Self.subprotocol) else {
            throw ChatError(
                .unsupportedSubprotocol, "Offer the subprotocol \(Self.subprotocol) in Sec-WebSocket-Protocol.")
        }
        let presented = authenticator.presented(
            authorization: head.headers["Authorization"].first, cookies: head.headers["Cookie"])
        if case .cookie = presented, origin == nil {
            throw ChatError(
                .originRequired, "A socket that logs in with a cookie needs an Origin; tools use Authorization: Bearer."
            )
        }
        return presented
    }

    private func accept(_ session: Session, _ rooms: [Greeting.Standing]) -> UpgradeDecision {
        let greeting = Greeting(epoch: watch.epoch, account: session.account, rooms: rooms)
        return .accept(subprotocol: Self.subprotocol) { [environment] in
            WebSocket(
                .init(messageBytes: Self.messageBytes),
                SocketSession(session, greeting: greeting, environment: environment))
        }
    }
}
