import HummingbirdCore
import Logging
import NIOCore
import NIOHTTPTypesHTTP1

/// The part of a connection's pipeline that serves requests, put in at the first of them: most connections become
/// WebSockets at once and never need it, nor the task that comes with it. Confined to the connection's event loop.
final class RequestHandlers {
    private static let idleTimeout = Duration.seconds(30)

    private let logger: Logger
    private let serve: (any Channel) throws -> Void
    private let noRequests: () -> Void
    private var state: HTTPConnectionStateHandler?
    private var hasEnded = false

    /// - Parameters:
    ///   - serve: takes over what comes out of the pipeline's end.
    ///   - noRequests: called if the connection has become something else, or has ended, before its first request.
    init(_ logger: Logger, serve: @escaping (any Channel) throws -> Void, noRequests: @escaping () -> Void) {
        self.logger = logger
        self.serve = serve
        self.noRequests = noRequests
    }

    /// Whether they are in the pipeline.
    var areAdded: Bool { state != nil }

    /// Puts the handlers at the pipeline's end, once.
    func add(to channel: any Channel) throws {
        guard state == nil else { return }
        let state = HTTPConnectionStateHandler(idleTimeout: Self.idleTimeout, logger: logger)
        self.state = state
        do {
            try channel.pipeline.syncOperations.addHandlers([
                LastAnswerHandler(), HTTP1ToHTTPServerCodec(secure: false), state,
            ])
            try serve(channel)
        } catch {
            noRequests()
            throw error
        }
    }

    /// No request comes any more.
    func end(_ pipeline: ChannelPipeline.SynchronousOperations? = nil) {
        guard !hasEnded else { return }
        hasEnded = true
        guard let state else { return noRequests() }
        pipeline?.removeHandler(state, promise: nil)
    }
}
