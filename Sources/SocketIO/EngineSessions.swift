import ChatCore
package import ChatRealtime
import NIOConcurrencyHelpers
package import NIOCore

/// All Engine.IO sessions of a path, by their sid: a client of long-polling comes back on any connection.
package final class EngineSessions: Sendable {
    struct Entry: Sendable {
        let eventLoop: any EventLoop
        let socket: NIOLoopBound<EngineSocket>
        /// A WebSocket carries it; requests for it come too late.
        let isUpgraded: Bool
        /// Whose it is while it is one of long-polling; `nil` counts for nobody.
        let network: String?
    }

    /// Makes what the client then talks to.
    package typealias MakeSession = @Sendable () -> any EngineSession

    /// What its clients are told.
    package let configuration: EngineConfiguration
    private let group: any EventLoopGroup
    private let table = NIOLockedValueBox(EngineTable())

    /// - Parameter group: sessions are spread over its event loops.
    package init(_ configuration: EngineConfiguration, on group: any EventLoopGroup) {
        self.configuration = configuration
        self.group = group
    }

    /// Live ones.
    package var count: Int { table.withLockedValue(\.entries.count) }
    /// Those of long-polling.
    package var pollingCount: Int { table.withLockedValue(\.polling) }

    // MARK: - Long-polling

    /// The first GET of a client. Fails with `overloaded` when there are too many, and with `too_many_requests` when too many come
    /// from its network.
    /// - Parameter network: where the client comes from; `nil` for this machine, which counts for nobody.
    /// - Returns: the body of the answer.
    package func open(
        _ mark: String? = nil, from network: String? = nil, _ makeSession: @escaping MakeSession
    ) -> EventLoopFuture<ByteBuffer> {
        let eventLoop = group.next()
        do { try table.withLockedValue { try $0.admit(network) } } catch { return eventLoop.makeFailedFuture(error) }
        return eventLoop.flatSubmit { [self] in
            let socket = makeSocket(EngineID.make(), on: eventLoop, makeSession(), isUpgraded: false, from: network)
            socket.open(on: nil, mark)
            return socket.poll()
        }
    }

    /// A later GET.
    /// - Parameter mark: what the client tells its requests apart by.
    /// - Returns: the body of the answer, and what to call when the client hangs up before it.
    /// - Throws: `EngineError`.
    package func poll(
        _ sid: String, _ mark: String? = nil
    ) throws(EngineError) -> (EventLoopFuture<ByteBuffer>, hangUp: @Sendable () -> Void) {
        let entry = try polled(sid)
        let body = entry.eventLoop.flatSubmit { entry.socket.value.poll(mark) }
        return (body, { entry.eventLoop.execute { entry.socket.value.pollCancelled() } })
    }

    /// - Throws: `EngineError`.
    package func post(
        _ body: ByteBuffer, to sid: String, _ mark: String? = nil
    ) throws(EngineError) -> EventLoopFuture<Void> {
        let entry = try polled(sid)
        return entry.eventLoop.flatSubmit { entry.socket.value.post(body, mark) }
    }

    /// What the client has sent was not even a body.
    package func abandon(_ sid: String) {
        guard let entry = try? polled(sid) else { return }
        entry.eventLoop.execute { entry.socket.value.close() }
    }

    private func polled(_ sid: String) throws(EngineError) -> Entry {
        guard let entry = entry(sid) else { throw .unknownSession }
        guard !entry.isUpgraded else { throw .badRequest }
        return entry
    }

    // MARK: - WebSocket

    /// A WebSocket that begins a session, or one that takes over the session `sid`.
    /// - Throws: `EngineError`.
    package func webSocket(
        for sid: String?, _ makeSession: @escaping MakeSession
    ) throws(EngineError) -> @Sendable () -> WebSocket {
        let limits = FrameAssembler.Limits(messageBytes: configuration.maxPayload)
        let unreadBytes = configuration.unreadBytes
        if let sid {
            guard let entry = entry(sid) else { throw .unknownSession }
            // As the reference does: it opens, and is closed.
            if entry.isUpgraded { return { WebSocket(limits, LateWebSocket()) } }
            return { WebSocket(limits, unreadBytes: unreadBytes, UpgradingWebSocket(sid, entry, self)) }
        }
        return { WebSocket(limits, unreadBytes: unreadBytes, EngineWebSocket(self, makeSession)) }
    }

    // MARK: - All of them

    /// For the loop that calls it.
    /// - Parameter network: of a session of long-polling, which has been admitted from there.
    func makeSocket(
        _ sid: String, on eventLoop: any EventLoop, _ session: any EngineSession, isUpgraded: Bool,
        from network: String? = nil
    ) -> EngineSocket {
        let socket = EngineSocket(sid: sid, on: eventLoop, configuration, session) { [self] in remove(sid) }
        let entry = Entry(
            eventLoop: eventLoop, socket: NIOLoopBound(socket, eventLoop: eventLoop), isUpgraded: isUpgraded,
            network: network)
        table.withLockedValue { $0[sid] = entry }
        return socket
    }

    func remove(_ sid: String) { table.withLockedValue { $0[sid] = nil } }

    private func entry(_ sid: String) -> Entry? { table.withLockedValue { $0[sid] } }

    /// Sessions of long-polling have no connection that would tell them that the server stops.
    package func serverStops() {
        for entry in table.withLockedValue({ Array($0.entries.values) }) where !entry.isUpgraded {
            entry.eventLoop.execute { entry.socket.value.serverStops() }
        }
    }
}

/// Names of sessions.
package enum EngineID {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// 20 characters out of 64: 120 random bits.
    package static func make() -> String {
        String(decoding: (0..<20).map { _ in alphabet[Int.random(in: 0..<64)] }, as: UTF8.self)
    }

    /// Whether it may be one of ours.
    package static func isPossible(_ text: some StringProtocol) -> Bool {
        text.utf8.count == 20 && text.utf8.allSatisfy { alphabet.contains($0) }
    }
}
