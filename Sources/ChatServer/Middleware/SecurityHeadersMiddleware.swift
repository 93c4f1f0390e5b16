import HTTPTypes
import Hummingbird

/// What every answer carries: how a browser has to treat it (OWASP Secure Headers).
struct SecurityHeadersMiddleware: RouterMiddleware {
    typealias Context = AnonymousContext

    private let headers: [(HTTPField.Name, String)]

    /// - Parameter isSecure: browsers reach the server over TLS only, and shall never try without again.
    init(isSecure: Bool) {
        var headers = [
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"),
            ("Cross-Origin-Opener-Policy", "same-origin"),
            ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
            // What is no page may not be shown as one; pages have a policy of their own.
            ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
        ]
        if isSecure { headers.append(("Strict-Transport-Security", "max-age=31536000")) }
        self.headers = headers.compactMap { name, value in HTTPField.Name(name).map { ($0, value) } }
    }

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        for (name, value) in headers where response.headers[name] == nil { response.headers[name] = value }
        return response
    }
}
