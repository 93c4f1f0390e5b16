import ChatCore
import ChatRealtime
import ChatStore
import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore
import NIOPosix
import Passwords
import Postgres
import ServiceLifecycle
import SocketIO
import UnixSignals

/// The composition root: the one place that knows every part, used by `denwa` and by the tests alike.
package struct ChatApplication: Sendable {
    /// Shown in `hello` and by `denwa --version`.
    package static let version = "0.1.0"

    /// Connections that the kernel keeps until they are accepted: thousands may come back in the same second, and one that
    /// it drops tries again only after a second. The kernel's own limit (`net.core.somaxconn`) may be lower.
    private static let backlog = 4096

    private let configuration: ServerConfiguration
    private let logger: Logger

    /// Opens nothing yet and checks nothing; ``run(onRunning:)`` does.
    package init(configuration: ServerConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
    }

    /// Serves until SIGTERM or SIGINT, then lets what was taken finish.
    /// - Parameter onRunning: called with the port once connections are accepted.
    /// - Throws: ``ChatError`` for a bad default room, `PostgresError` for the database, NIO's `IOError` for the port.
    package func run(onRunning: @escaping @Sendable (_ port: Int) async -> Void = { _ in }) async throws {
        let defaultRoom = try RoomName(configuration.defaultRoom, field: "default-room")
        let databases = Databases(configuration)
        let hasher = PasswordHasher(
            configuration.hashParameters, peppers: configuration.peppers, slots: configuration.passwordSlots,
            queue: configuration.passwordQueue)
        let outcome = await Result {
            let epoch = try await databases.requests.run { connection in
                _ = try Rooms.ensure(defaultRoom, title: RoomTitle(defaultRoom), on: connection)
                return try Epoch.current(on: connection)
            }
            try await serve(defaultRoom, epoch, databases, hasher, onRunning)
        }
        try? await hasher.shutdown()
        await databases.shutdown()
        try outcome.get()
    }

    private func serve(
        _ defaultRoom: RoomName, _ epoch: String, _ databases: Databases, _ hasher: PasswordHasher,
        _ onRunning: @escaping @Sendable (Int) async -> Void
    ) async throws {
        let store = Store(databases.requests, logger: logger)
        let group = MultiThreadedEventLoopGroup.singleton
        let hub = try await Hub(group)
        // Here the storage and the sockets meet: what is committed is published.
        let writer = RoomWriter<ReplyAddress>(
            database: databases.writer, lanes: Databases.writerLanes, logger: logger, onCommit: hub.publish)
        let readiness = Readiness()
        let uses = SessionUses()
        let watch = DatabaseWatch(databases.watch, epoch: epoch, hub: hub, uses: uses, logger: logger)
        let origins = OriginPolicy([configuration.publicOrigin] + configuration.allowedOrigins)
        let authenticator = Authenticator(
            store: store, isSecure: configuration.isSecure,
            secondFactor: configuration.secondFactor, uses: uses)
        let environment = SocketSession.Environment(
            hub: hub, rooms: Self.access(store, writer, authenticator), serverVersion: Self.version,
            heartbeat: .seconds(Int64(configuration.heartbeatSeconds)), messageBytes: NativeDoor.messageBytes)
        let entrance = LogEntrance { draft, reply throws(ChatError) in
            try writer.submit(draft, from: .caller(reply))
        }
        let newcomers = Newcomers(entrance: entrance, defaultRoom: defaultRoom, logger: logger)
        let limits = LogInLimits()
        let engine = EngineSessions(.product, on: group)
        let socketIO = SocketIODoor(
            path: configuration.socketIOPath, endpoint: EngineEndpoint(engine), authenticator: authenticator,
            origins: origins, readiness: readiness,
            reception: Reception(
                store: store, authenticator: authenticator, entrance: entrance, newcomers: newcomers, limits: limits,
                takesGuests: configuration.guests, watch: watch),
            environment: environment, settings: configuration.socketIO)
        let doors = Doors(
            native: NativeDoor(
                authenticator: authenticator, origins: origins, readiness: readiness, watch: watch,
                environment: environment),
            socketIO: socketIO, proxies: configuration.proxies)
        let router = HTTPRoutes(
            store: store, hasher: hasher, hub: hub, entrance: entrance,
            authenticator: authenticator, origins: origins, readiness: readiness, watch: watch,
            configuration: configuration, newcomers: newcomers, limits: limits, socketIO: socketIO
        ).router
        let server = Application(
            router: router,
            server: HTTPServerBuilder { [configuration] responder in
                ChatHTTPChannel(
                    responder: responder, securityHeaders: SecurityHeaders(isSecure: configuration.isSecure),
                    transport: configuration.transport, decide: doors.decide)
            },
            configuration: .init(
                address: .hostname(configuration.host, port: configuration.port), backlog: Self.backlog),
            onServerRunning: { channel in await onRunning(channel.localAddress?.port ?? 0) },
            eventLoopGroupProvider: .shared(group),
            logger: logger)
        try await ServiceGroup(
            services: [writer, watch, OpenSockets(hub: hub), server, PollingClients(sessions: engine), readiness],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: logger
        ).run()
    }

    private static func access(
        _ store: Store, _ writer: RoomWriter<ReplyAddress>, _ authenticator: Authenticator
    ) -> RoomAccess {
        RoomAccess(
            page: { room, range, limit, account, eventLoop in
                store.run(on: eventLoop) { try RoomLog.page(room, range, limit: limit, for: account, on: $0) }
            },
            markRead: { room, seq, account, eventLoop in
                store.run(on: eventLoop) { try ReadMarkers.move(account, in: room, to: seq, on: $0) }
            },
            session: { token, eventLoop in authenticator.session(provedBy: token, on: eventLoop) },
            submit: { draft, origin throws(ChatError) in try writer.submit(draft, from: origin) })
    }
}

extension Result where Failure == any Error {
    /// What an asynchronous body returns or throws.
    fileprivate init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
