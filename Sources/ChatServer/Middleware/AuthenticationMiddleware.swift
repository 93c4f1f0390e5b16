import ChatCore
import HTTPTypes
import Hummingbird

/// Finds out who asks. Routes behind it take an ``AuthenticatedContext``.
///
/// The body is read first: whoever sends it slowly would otherwise act with a session that has ended meanwhile.
struct AuthenticationMiddleware: RouterMiddleware {
    typealias Context = AnonymousContext

    let authenticator: Authenticator
    let origins: OriginPolicy

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        let presented = authenticator.presented(
            authorization: request.headers[.authorization], cookies: request.headers[values: .cookie])
        var context = context
        if case .cookie = presented {
            try refuseForeignWrites(request)
            context.delivery = .cookie
        }
        let token = try Authenticator.token(presented)
        let whole = try await request.withWholeBody()
        context.session = try await authenticator.session(for: token)
        return try await next(whole, context)
    }

    /// A browser adds the cookie to requests of any page; what changes something must come from one of ours. Every browser
    /// of today says where from, in `Origin` or at least in `Sec-Fetch-Site` (W3C Fetch Metadata).
    private func refuseForeignWrites(_ request: Request) throws(ChatError) {
        guard ![.get, .head, .options].contains(request.method) else { return }
        if let origin = request.headers[.origin] {
            guard origins.allows(origin) else { throw .originNotAllowed }
        } else if let site = HTTPField.Name("Sec-Fetch-Site").flatMap({ request.headers[$0] }) {
            guard site == "same-origin" || site == "none" else { throw .originNotAllowed }
        }
    }
}

extension ChatError {
    static var originNotAllowed: ChatError {
        ChatError(
            .originNotAllowed,
            "Pages of this origin may not use this server. Its operator can add the origin to allowed-origins or set public-url."
        )
    }
}
