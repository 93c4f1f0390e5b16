import HTTPTypes
import Hummingbird

/// Puts the ``SecurityHeaders`` into what the routes answer, where they have not said something else.
struct SecurityHeadersMiddleware: RouterMiddleware {
    typealias Context = AnonymousContext

    let headers: SecurityHeaders

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        for (name, value) in headers.fields where response.headers[name] == nil { response.headers[name] = value }
        return response
    }
}
