import ServiceLifecycle
import Synchronization

/// Whether the server takes new work. The last service in the list, so that it is the first to learn of a shutdown.
final class Readiness: Service {
    private let draining = Atomic<Bool>(false)

    var isDraining: Bool { draining.load(ordering: .relaxed) }

    func run() async throws {
        try await gracefulShutdown()
        draining.store(true, ordering: .relaxed)
        // Whoever watches `/readyz` sees it before connections are refused.
        try? await Task.sleep(for: .milliseconds(300))
    }
}
