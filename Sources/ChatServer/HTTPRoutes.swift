import ChatCore
import ChatRealtime
import ChatStore
import Hummingbird
import Logging
import Passwords
import SecondFactor

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
    let configuration: ServerConfiguration
    let newcomers: Newcomers
    let limits: LogInLimits
    let socketIO: SocketIODoor

    var router: Router<AnonymousContext> {
        let router = Router(context: AnonymousContext.self)
        router.add(middleware: SecurityHeadersMiddleware(headers: SecurityHeaders(isSecure: configuration.isSecure)))
        router.add(middleware: CrossOriginMiddleware(origins: origins))
        router.add(middleware: ProblemMiddleware())
        router.add(middleware: TransportMiddleware(policy: configuration.transport))
        router.add(middleware: ClientAddressMiddleware(proxies: configuration.proxies))
        let authenticated = router.group()
            .add(middleware: AuthenticationMiddleware(authenticator: authenticator, origins: origins))
            .group(context: AuthenticatedContext.self)
        addAccounts(to: router, authenticated)
        let links = Links(origin: configuration.publicOrigin)
        AccountsController(store: store, hub: hub, links: links, newcomers: newcomers).add(to: authenticated)
        InvitationsController(store: store, links: links).add(to: authenticated)
        BotTokensController(store: store, hub: hub).add(to: authenticated)
        RoomsController(store: store, entrance: entrance, limits: limits).add(to: authenticated)
        EventsController(store: store, entrance: entrance, hub: hub).add(to: authenticated)
        HealthController(readiness: readiness, watch: watch).add(to: router)
        socketIO.add(to: router)
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

    /// What somebody does with their own account.
    private func addAccounts(
        to router: Router<AnonymousContext>, _ authenticated: RouterGroup<AuthenticatedContext>
    ) {
        let cookies = SessionCookie(name: authenticator.cookieName, isSecure: configuration.isSecure)
        let policy = configuration.passwordPolicy
        let confirmation = PasswordConfirmation(store: store, hasher: hasher, limits: limits)
        let former = FormerSession(store: store, cookies: cookies, hub: hub)
        let devices = KnownDevices(store: store, cookies: cookies)
        SignUpController(
            store: store, hasher: hasher, cookies: cookies, former: former, hub: hub, newcomers: newcomers,
            passwords: policy, policy: configuration.signUp, takesGuests: configuration.guests, limits: limits
        ).add(to: router, authenticated)
        LogInController(
            store: store, hasher: hasher, cookies: cookies, former: former, devices: devices, limits: limits,
            seal: configuration.seal,
            entrance: LogInEntrance(places: configuration.passwordSlots + configuration.passwordQueue)
        ).add(to: router)
        SessionsController(
            store: store, cookies: cookies, hub: hub, authenticator: authenticator, confirmation: confirmation
        ).add(to: authenticated)
        PasswordController(
            store: store, hasher: hasher, cookies: cookies, devices: devices, hub: hub, policy: policy, limits: limits,
            confirmation: confirmation
        ).add(to: router, authenticated)
        SecondFactorController(
            issuer: configuration.publicHost, store: store, hub: hub, limits: limits, seal: configuration.seal,
            cookies: cookies, confirmation: confirmation
        ).add(to: authenticated)
    }
}
