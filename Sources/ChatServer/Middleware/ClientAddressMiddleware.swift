import HTTPTypes
import Hummingbird
import Limits

/// Finds out where a request comes from when a trusted proxy has passed it on.
struct ClientAddressMiddleware: RouterMiddleware {
    typealias Context = AnonymousContext

    private static let forwardedFor = HTTPField.Name("X-Forwarded-For")

    let proxies: [AddressRange]

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        var context = context
        let lines = Self.forwardedFor.map { request.headers[values: $0] } ?? []
        context.clientAddress = ClientAddress.find(
            peer: context.clientAddress, forwardedFor: lines, trusting: proxies)
        return try await next(request, context)
    }
}
