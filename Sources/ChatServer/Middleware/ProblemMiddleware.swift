import ChatCore
import HTTPTypes
import Hummingbird
import Logging
import Passwords

/// The one place where an error becomes an HTTP answer.
struct ProblemMiddleware: RouterMiddleware {
    typealias Context = AnonymousContext

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as ChatError {
            return ProblemDetails.response(for: error)
        } catch PasswordHasher.Failure.busy {
            return ProblemDetails.response(for: .overloaded("Too many people are logging in at the moment."))
        } catch let error as HTTPError where error.status == .notFound {
            return ProblemDetails.response(for: ChatError(.notFound, "There is nothing at this path."))
        } catch {
            context.logger.error("A request failed unexpectedly: \(error)", metadata: ["path": "\(request.uri.path)"])
            return ProblemDetails.response(
                for: ChatError(.internalError, "Something went wrong in the server; its log says what."))
        }
    }
}
