import ChatCore
import ChatStore
import HTTPTypes
import NIOCore

/// Finds the session behind a request. The only place that makes one out of what a client sends.
struct Authenticator: Sendable {
    /// How a token was presented. Browsers add cookies by themselves, so a cookie proves less about who asks.
    enum Presented {
        case nothing
        case bearer(String)
        case cookie(String)
    }

    let store: Store
    let greeter: Greeter
    let cookieName: String
    let secondFactor: SecondFactorPolicy
    private let uses: SessionUses

    /// - Parameter uses: is told of every session that is found.
    init(store: Store, isSecure: Bool, secondFactor: SecondFactorPolicy, uses: SessionUses) {
        self.secondFactor = secondFactor
        self.uses = uses
        self.store = store
        self.greeter = Greeter(store: store)
        self.cookieName = isSecure ? "__Host-denwa_session" : "denwa_session"
    }

    /// Looks into the `Authorization` header and the cookies.
    func presented(authorization: String?, cookies: [String]) -> Presented {
        if let authorization {
            let parts = authorization.split(separator: " ")
            guard parts.count == 2, parts[0].lowercased() == "bearer" else { return .nothing }
            return .bearer(String(parts[1]))
        }
        for pair in cookies.lazy.flatMap({ $0.split(separator: ";") }) {
            let parts = pair.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, parts[0].drop(while: { $0 == " " }) == cookieName else { continue }
            return .cookie(String(parts[1].prefix { $0 != " " }))
        }
        return .nothing
    }

    /// - Throws: `not_authenticated`.
    func session(for token: SecretToken) async throws -> Session {
        guard let session = try await store.run({ try Sessions.find(token, on: $0) }) else {
            throw ChatError.notAuthenticated
        }
        uses.note(session.id)
        return isLacking(session) ? session.without(secondFactor.withheld(from: session.role)) : session
    }

    /// The session of a token that is said on an open socket; fails with `not_authenticated`.
    func session(provedBy text: String, on eventLoop: any EventLoop) -> EventLoopFuture<Session> {
        greet(.bearer(text), on: eventLoop).map(\.session)
    }

    /// Whether the account has to set up a second factor before it may do all that its role may.
    func isLacking(_ session: Session) -> Bool {
        !session.hasSecondFactor && !secondFactor.withheld(from: session.role).isEmpty
    }

    /// For a new socket: the session and where its account's rooms stand.
    func greet(_ presented: Presented, on eventLoop: any EventLoop) -> EventLoopFuture<Greeter.Answer> {
        do {
            let answer = greeter.greet(try Self.token(presented), on: eventLoop)
            answer.whenSuccess { [uses] in uses.note($0.session.id) }
            return secondFactor == .everybody ? answer.flatMapThrowing(admit) : answer
        } catch {
            return eventLoop.makeFailedFuture(error)
        }
    }

    /// A socket keeps the rights that its session had at the beginning, so it begins with all of them or not at all.
    private func admit(_ answer: Greeter.Answer) throws -> Greeter.Answer {
        guard !isLacking(answer.session) else {
            throw ChatError(
                .notAllowed,
                "This server asks everybody for a second factor. Set one up with /v1/me/second-factor, then open the socket."
            )
        }
        return answer
    }

    static func token(_ presented: Presented) throws(ChatError) -> SecretToken {
        switch presented {
        case .bearer(let text), .cookie(let text):
            if let token = SecretToken(presented: text) { return token }
        case .nothing: break
        }
        throw .notAuthenticated
    }
}
