import ChatCore
import HTTPTypes
import Hummingbird

/// Whether the process runs (`/healthz`) and whether it can serve (`/readyz`).
struct HealthController: Sendable {
    let readiness: Readiness
    let watch: DatabaseWatch

    func add(to router: Router<AnonymousContext>) {
        router.route("/healthz", [.get: { _, _ in .json { $0.member("status", "ok") } }])
        router.route("/readyz", [.get: ready])
    }

    @Sendable private func ready(_ request: Request, _ context: AnonymousContext) async throws -> Response {
        guard !readiness.isDraining else { return Self.unavailable("The server is shutting down.") }
        guard watch.isAnswering else { return Self.unavailable("The database does not answer.") }
        return .json { $0.member("status", "ready") }
    }

    private static func unavailable(_ detail: String) -> Response {
        .json(.serviceUnavailable) { json in
            json.member("status", "unavailable")
            json.member("detail", detail)
        }
    }
}
