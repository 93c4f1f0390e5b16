import HTTPTypes
import Hummingbird

/// Lets pages of the allowed origins read our answers (Fetch standard, "CORS protocol").
struct CrossOriginMiddleware: RouterMiddleware {
    typealias Context = AnonymousContext

    let origins: OriginPolicy

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        let origin = request.headers[.origin].flatMap { origins.allows($0) ? $0 : nil }
        let isPreflight = request.method == .options && request.headers[.accessControlRequestMethod] != nil
        var response =
            isPreflight && origin != nil
            ? Self.preflight(request.headers[.accessControlRequestHeaders]) : try await next(request, context)
        response.headers[.vary] = "Origin"
        if let origin {
            response.headers[.accessControlAllowOrigin] = origin
            response.headers[.accessControlAllowCredentials] = "true"
            response.headers[.accessControlExposeHeaders] = "Retry-After"
        }
        return response
    }

    /// - Parameter wanted: the fields that the page wants to send. They may be any: libraries let their users add some, and tools
    ///   that follow requests do so by themselves.
    private static func preflight(_ wanted: String?) -> Response {
        let usual = "Authorization, Content-Type, Idempotency-Key"
        return Response(
            status: .noContent,
            headers: [
                .accessControlAllowMethods: "GET, HEAD, POST, PUT, DELETE",
                .accessControlAllowHeaders: wanted.map { $0.isEmpty ? usual : "\(usual), \($0)" } ?? usual,
                .accessControlMaxAge: "600",
            ])
    }
}
