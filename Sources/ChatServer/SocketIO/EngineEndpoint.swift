import ChatCore
import HTTPTypes
package import Hummingbird
package import NIOCore
package import NIOHTTP1
package import SocketIO

/// A path of Engine.IO over HTTP: the requests of long-polling, and the handshakes of WebSockets.
package struct EngineEndpoint: Sendable {
    /// All of the path.
    package let sessions: EngineSessions

    /// - Parameter sessions: all of the path.
    package init(_ sessions: EngineSessions) { self.sessions = sessions }

    // MARK: - Long-polling

    /// - Parameters:
    ///   - channel: the connection that the request came on.
    ///   - network: where a client that begins comes from; `nil` for this machine.
    ///   - makeSession: for a client that begins.
    package func answer(
        _ request: Request, on channel: any Channel, from network: String? = nil,
        _ makeSession: @escaping EngineSessions.MakeSession
    ) async throws -> Response {
        do {
            let query = EngineQuery(uri: request.uri.string)
            try query.check(request.method, isUpgrade: false)
            guard let sid = query.sid else {
                return Self.response(try await sessions.open(query.mark, from: network, makeSession).get())
            }
            switch request.method {
            case .get: return Self.response(try await poll(sid, query.mark, channel))
            case .post: return try await post(request, to: sid, query.mark)
            default: throw EngineError.badRequest
            }
        } catch let error as EngineError {
            return Self.response(error)
        }
    }

    private func poll(_ sid: String, _ mark: String?, _ channel: any Channel) async throws -> ByteBuffer {
        let (body, hangUp) = try sessions.poll(sid, mark)
        let watch = HangUpHandler(hangUp)
        let bound = NIOLoopBoundBox.makeBoxSendingValue(watch, eventLoop: channel.eventLoop)
        channel.eventLoop.execute { try? channel.pipeline.syncOperations.addHandler(bound.value, position: .first) }
        defer { channel.eventLoop.execute { channel.pipeline.syncOperations.removeHandler(bound.value, promise: nil) } }
        return try await body.get()
    }

    private func post(_ request: Request, to sid: String, _ mark: String?) async throws -> Response {
        // Bytes are written in base64 on long-polling.
        guard request.headers[.contentType] != "application/octet-stream" else {
            sessions.abandon(sid)
            throw EngineError.badRequest
        }
        let body: ByteBuffer
        do {
            body = try await request.body.collect(upTo: sessions.configuration.maxPayload)
        } catch is NIOTooManyBytesError {
            sessions.abandon(sid)
            throw EngineError.tooLarge
        }
        try await sessions.post(body, to: sid, mark).get()
        return Self.response(ByteBuffer(string: "ok"), contentType: "text/html")
    }

    private static func response(_ body: ByteBuffer, contentType: String = "text/plain; charset=UTF-8") -> Response {
        Response(
            status: .ok, headers: [.contentType: contentType, .cacheControl: "no-store"],
            body: .init(byteBuffer: body))
    }

    /// In the form of the reference server, not as problem+json: clients know only that.
    package static func response(_ error: EngineError) -> Response {
        Response(
            status: .init(code: error.status), headers: [.contentType: "application/json", .cacheControl: "no-store"],
            body: .init(byteBuffer: error.body))
    }

    // MARK: - WebSocket

    /// Whether a handshake gets its WebSocket, for a new session or for one of long-polling.
    /// - Parameter makeSession: for a client that begins.
    package func decide(_ head: HTTPRequestHead, _ makeSession: @escaping EngineSessions.MakeSession) -> UpgradeDecision
    {
        do throws(EngineError) {
            let query = EngineQuery(uri: head.uri)
            try query.check(.get, isUpgrade: true)
            return .accept(subprotocol: nil, socket: try sessions.webSocket(for: query.sid, makeSession))
        } catch {
            return .answer(error.refusal)
        }
    }
}

extension EngineError {
    /// `{"code":3,"message":"Bad request"}`
    fileprivate var body: ByteBuffer {
        var json = JSONWriter()
        json.object {
            $0.member("code", Int64(code))
            $0.member("message", message)
            $0.member("detail", detail)
        }
        return ByteBuffer(bytes: json.bytes)
    }

    /// As a handshake is answered in the place of a WebSocket.
    package var refusal: UpgradeRefusal {
        UpgradeRefusal(status: HTTPResponseStatus(statusCode: status), contentType: "application/json", body: body)
    }
}

/// Notices that a client gives up its request before it is answered.
private final class HangUpHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    private var hangUp: (@Sendable () -> Void)?

    init(_ hangUp: @escaping @Sendable () -> Void) { self.hangUp = hangUp }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event { tell() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        tell()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { hangUp = nil }

    private func tell() {
        hangUp?()
        hangUp = nil
    }
}
