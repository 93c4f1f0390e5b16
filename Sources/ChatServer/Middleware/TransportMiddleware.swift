import HTTPTypes
import Hummingbird

/// Refuses requests that came in plain text. Sees who has connected, so it comes before ``ClientAddressMiddleware``.
struct TransportMiddleware: RouterMiddleware {
    typealias Context = AnonymousContext

    private static let forwardedProto = HTTPField.Name("X-Forwarded-Proto")

    let policy: TransportPolicy

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        let lines = Self.forwardedProto.map { request.headers[values: $0] } ?? []
        if let refusal = policy.refusal(of: lines, from: context.clientAddress) { throw refusal }
        return try await next(request, context)
    }
}
