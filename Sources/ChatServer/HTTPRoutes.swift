import ChatCore
import ChatRealtime
import ChatStore
import Hummingbird
import Limits
import PasswordPolicy
import Passwords

/// All that is answered over HTTP.
struct HTTPRoutes {
    let store: Store
    let hasher: PasswordHasher
    let hub: Hub
    let entrance: LogEntrance
    let authenticator: Authenticator
    let origins: OriginPolicy
    let readiness: Readiness
    let watch: DatabaseWatch
    let isSecure: Bool
    let defaultRoom: RoomName
    let policy: PasswordPolicy
    let proxies: [AddressRange]
    let transport: TransportPolicy

    var router: Router<AnonymousContext> {
        let router = Router(context: AnonymousContext.self)
        router.add(middleware: SecurityHeadersMiddleware(headers: SecurityHeaders(isSecure: isSecure)))
        router.add(middleware: CrossOriginMiddleware(origins: origins))
        router.add(middleware: ProblemMiddleware())
        router.add(middleware: TransportMiddleware(policy: transport))
        router.add(middleware: ClientAddressMiddleware(proxies: proxies))
        let authenticated = router.group()
            .add(middleware: AuthenticationMiddleware(authenticator: authenticator, origins: origins))
            .group(context: AuthenticatedContext.self)
        let cookies = SessionCookie(name: authenticator.cookieName, isSecure: isSecure)
        let limits = LogInLimits()
        SignUpController(
            store: store, hasher: hasher, cookies: cookies, entrance: entrance, defaultRoom: defaultRoom,
            policy: policy, limits: limits
        ).add(to: router)
        LogInController(store: store, hasher: hasher, cookies: cookies, limits: limits).add(to: router)
        SessionsController(store: store, cookies: cookies, hub: hub).add(to: authenticated)
        PasswordController(store: store, hasher: hasher, hub: hub, policy: policy, limits: limits).add(
            to: authenticated)
        AccountsController(store: store, hub: hub).add(to: authenticated)
        RoomsController(store: store, entrance: entrance).add(to: authenticated)
        EventsController(store: store, entrance: entrance, hub: hub).add(to: authenticated)
        HealthController(readiness: readiness, watch: watch).add(to: router)
        WebClientController().add(to: router)
        router.route(
            RouterPath(NativeDoor.path),
            [
                .get: { _, _ in
                    throw ChatError(
                        .upgradeRequired, "This is a WebSocket; connect with the subprotocol \(NativeDoor.subprotocol)."
                    )
                }
            ])
        return router
    }
}
