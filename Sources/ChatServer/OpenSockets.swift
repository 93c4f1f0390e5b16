import ChatRealtime
import ServiceLifecycle

/// Lets the sockets end before the room writer does: those in flight still get their answers. Each is closed by the HTTP
/// server, which stops before this and does not wait for them.
struct OpenSockets: Service {
    /// A socket needs no longer: 5 s for answers, 2 s for its closing handshake.
    private static let patience = Duration.seconds(8)

    let hub: Hub

    func run() async throws {
        try await gracefulShutdown()
        let end = ContinuousClock.now + Self.patience
        while ContinuousClock.now < end, try await hub.connections() > 0 {
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
