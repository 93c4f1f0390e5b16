import ChatCore
import Hummingbird
import Limits
import Logging
import NIOCore

/// What is known of a request before anybody has asked who sends it.
struct AnonymousContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// From when on a log-in has waited for a slot.
    let arrival = ContinuousClock.now
    /// Set by ``AuthenticationMiddleware``.
    var session: Session?
    /// How the token came, and how another one goes back.
    var delivery = SessionCookie.Delivery.bearer
    /// Whoever has made the request; ``ClientAddressMiddleware`` looks behind proxies.
    var clientAddress: IPAddress

    /// The connection that the request came on.
    let channel: any Channel

    init(source: Source) {
        channel = source.channel
        coreContext = .init(source: source)
        clientAddress = source.channel.peerAddress
    }
}

/// A request of a logged-in account: routes that take this context never see anybody else.
struct AuthenticatedContext: ChildRequestContext {
    var coreContext: CoreRequestContextStorage
    let arrival: ContinuousClock.Instant
    let session: Session
    let delivery: SessionCookie.Delivery
    let clientAddress: IPAddress

    init(context: AnonymousContext) throws {
        guard let session = context.session else { throw ChatError.notAuthenticated }
        self.coreContext = context.coreContext
        self.arrival = context.arrival
        self.session = session
        self.delivery = context.delivery
        self.clientAddress = context.clientAddress
    }

    /// The session, if it has a right.
    /// - Throws: `not_allowed`.
    func session(with right: Rights) throws(ChatError) -> Session {
        guard session.rights.contains(right) else { throw .notAllowed(right) }
        return session
    }

    /// Whoever asks, if it may administer.
    /// - Throws: `not_allowed`.
    func administrator() throws(ChatError) -> Administrator {
        Administrator(try session(with: .administer), from: clientAddress.description)
    }
}
