import ChatCore
import HTTPTypes
import Hummingbird

extension RouterMethods {
    /// Adds a path with all it answers to; other methods get 405 with `Allow`.
    func route(
        _ path: RouterPath, _ handlers: [HTTPRequest.Method: @Sendable (Request, Context) async throws -> Response]
    ) {
        let methods: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete, .options]
        let allowed = methods.filter { handlers[$0] != nil || ($0 == .head && handlers[.get] != nil) }
            .map(\.rawValue).joined(separator: ", ")
        for method in methods {
            if let handler = handlers[method] {
                on(path, method: method, use: handler)
            } else if method == .head, let handler = handlers[.get] {
                on(path, method: .head) { request, context in try await handler(request, context).createHeadResponse() }
            } else {
                on(path, method: method) { _, _ -> Response in
                    var response = ProblemDetails.response(
                        for: ChatError(.methodNotAllowed, "This path answers to \(allowed)."))
                    response.headers[.allow] = allowed
                    return response
                }
            }
        }
    }
}
