import ChatRealtime
import ChatStore
import Hummingbird
import Logging

/// The session that a browser has when somebody logs in, signs up or comes as a guest in it. The new one takes its place: whoever
/// had copied the token of the old one has nothing any more.
struct FormerSession: Sendable {
    let store: Store
    let cookies: SessionCookie
    let hub: Hub

    /// Ends what the request's cookie proves, if it proves anything. The new session is there already, so a failure is no reason to
    /// say that nothing was done.
    /// - Parameter delivery: whoever takes a token in place of a cookie keeps what it has.
    func end(_ request: Request, _ delivery: SessionCookie.Delivery, from address: String?, _ logger: Logger) async {
        guard delivery == .cookie, let former = cookies.session(in: request) else { return }
        do {
            let ended = try await store.run { try Sessions.end(provedBy: former, from: address, on: $0) }
            if let ended { hub.end([ended]) }
        } catch {
            logger.notice("A browser's former session could not be ended: \(error)")
        }
    }
}
