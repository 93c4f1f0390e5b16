import ChatCore
import Hummingbird
import Logging

/// What is known of a request before anybody has asked who sends it.
struct AnonymousContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Set by ``AuthenticationMiddleware``.
    var session: Session?
    /// The other end of the connection, which may be a proxy.
    let peerAddress: String?

    init(source: Source) {
        coreContext = .init(source: source)
        peerAddress = source.channel.remoteAddress?.ipAddress
    }
}

/// A request of a logged-in account: routes that take this context never see anybody else.
struct AuthenticatedContext: ChildRequestContext {
    var coreContext: CoreRequestContextStorage
    let session: Session
    let peerAddress: String?

    init(context: AnonymousContext) throws {
        guard let session = context.session else { throw ChatError.notAuthenticated }
        self.coreContext = context.coreContext
        self.session = session
        self.peerAddress = context.peerAddress
    }
}
