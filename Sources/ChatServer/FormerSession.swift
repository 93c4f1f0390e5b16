import ChatRealtime
import ChatStore
import Hummingbird

/// The session that a browser has when somebody logs in, signs up or comes as a guest in it. The new one takes its place: whoever
/// had copied the token of the old one has nothing any more.
struct FormerSession: Sendable {
    let store: Store
    let cookies: SessionCookie
    let hub: Hub

    /// Ends what the request's cookie proves, if it proves anything.
    /// - Parameter delivery: whoever takes a token in place of a cookie keeps what it has.
    func end(_ request: Request, _ delivery: SessionCookie.Delivery, from address: String?) async throws {
        guard delivery == .cookie, let former = cookies.session(in: request) else { return }
        let ended = try await store.run { try Sessions.end(provedBy: former, from: address, on: $0) }
        if let ended { hub.end([ended]) }
    }
}
