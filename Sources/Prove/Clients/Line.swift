import ChatClient
import ChatCore
import NIOCore
import SeededRandom

/// Who gets the frames of a ``Line``: on its event loop, in order.
protocol LineUser: AnyObject {
    /// A new connection was greeted.
    func connected(_ line: Line, _ hello: JSONObject)
    /// A frame other than `hello`.
    func received(_ type: String, _ frame: JSONObject, on line: Line)
    /// The connection is gone; what was not answered on it is not known.
    func disconnected(_ line: Line)
}

/// One client's way to the server: connects, and connects again. Confined to its event loop.
final class Line: ChatSocketObserver {
    let client: UInt16
    let stage: Stage
    let isDirect: Bool
    /// The number of the present connection.
    private(set) var connection: UInt32 = 0
    private(set) var isConnected = false
    private let address: ServerAddress
    private let token: String
    private let receiveBuffer: Int?
    private weak var user: (any LineUser)?
    private var socket: ChatSocket?
    private var random: SeededGenerator
    private var isOver = false
    private var isDialling = false
    private var stalled: Scheduled<Void>?
    private var lastHeard = NIODeadline.now()

    /// Connecting again begins with a pause up to this.
    private static let pause = TimeAmount.milliseconds(300)

    /// - Parameter viaProxy: whether the proxy is in the way.
    init(client: UInt16, token: String, viaProxy: Bool, receiveBuffer: Int? = nil, stage: Stage) {
        self.client = client
        self.stage = stage
        self.token = token
        self.receiveBuffer = receiveBuffer
        self.isDirect = !viaProxy
        self.address = ServerAddress(host: "127.0.0.1", port: viaProxy ? stage.proxyPort : stage.serverPort)
        self.random = SeededGenerator(seed: stage.seed, stream: 1000 + UInt64(client))
    }

    func start(_ user: any LineUser) {
        self.user = user
        dial()
    }

    func stop() {
        isOver = true
        stalled?.cancel()
        socket?.drop()
    }

    /// Hangs up, and comes back.
    func hangUp() { socket?.drop() }

    /// Takes nothing from the kernel for a time.
    func stall(for time: TimeAmount) {
        guard let socket, isConnected else { return }
        socket.stopReading()
        let bound = NIOLoopBound(self, eventLoop: stage.eventLoop)
        stalled?.cancel()
        stalled = stage.eventLoop.scheduleTask(in: time) { bound.value.goOn() }
    }

    /// Reads again.
    func goOn() {
        stalled?.cancel()
        stalled = nil
        lastHeard = .now()
        socket?.startReading()
    }

    /// Hangs up if nothing at all has come for a time, as the protocol tells clients to.
    func tick() {
        guard isConnected, stalled == nil, lastHeard + .seconds(3 * Int64(Stage.heartbeatSeconds)) < .now() else {
            return
        }
        hangUp()
    }

    func send(_ members: (inout JSONWriter) -> Void) {
        var json = JSONWriter()
        json.object(members)
        socket?.write(json.bytes)
    }

    func flush() { socket?.flush() }

    func record(_ kind: Record.Kind, room: UInt16, _ change: (inout Record) -> Void = { _ in }) {
        var record = Record(kind: kind, client: client, room: room, connection: connection)
        change(&record)
        stage.recorder.record(record)
    }

    /// Does something later, unless the client has ended.
    func later(_ time: TimeAmount, _ body: @escaping () -> Void) {
        stage.eventLoop.assumeIsolated().scheduleTask(in: time) { if !self.isOver { body() } }
    }

    // MARK: - The socket

    func opened(_ socket: ChatSocket) {
        connection = stage.recorder.newConnection()
        lastHeard = .now()
    }

    func received(_ message: UnsafeRawBufferPointer, on socket: ChatSocket) {
        lastHeard = .now()
        guard let frame = try? JSONParser.object(message), let type = frame.text("type") else {
            return stage.complain("a frame that is no JSON object with a type")
        }
        guard type == "hello" else {
            user?.received(type, frame, on: self)
            return
        }
        isConnected = true
        user?.connected(self, frame)
    }

    func ended(_ socket: ChatSocket, _ end: SocketEnd) {
        stalled?.cancel()
        stalled = nil
        let wasConnected = isConnected
        isConnected = false
        self.socket = nil
        if wasConnected {
            record(.closed, room: 0)
            user?.disconnected(self)
        }
        judge(end)
        guard !isOver, !isDialling else { return }
        isDialling = true
        later(hint(in: end) ?? .nanoseconds(.random(in: 0...Self.pause.nanoseconds, using: &random))) {
            self.isDialling = false
            self.dial()
        }
    }

    private func dial() {
        guard !isOver, socket == nil else { return }
        socket = ChatSocket.open(
            address, token: token, on: stage.eventLoop, timeout: .seconds(10), receiveBuffer: receiveBuffer,
            observer: self)
    }

    /// What no fault of this run explains.
    private func judge(_ end: SocketEnd) {
        switch end {
        case .violated(let reason): stage.complain("the server broke the WebSocket protocol: \(reason)")
        case .refused(let status, let code) where status < 500:
            stage.complain("the server refused a good handshake with \(status) \(code)")
        case .closed(let code, let reason) where ![1000, 1001, 1011, 1012, 4408].contains(code):
            stage.complain("the server closed a socket with \(code) \(reason)")
        default: break
        }
        if case .closed(let code, _) = end { stage.count("closed with \(code)") }
    }

    /// `retryAfterMs` of a close reason, but a run has no time to wait long.
    private func hint(in end: SocketEnd) -> TimeAmount? {
        guard case .closed(1012, let reason) = end,
            let object = try? Array(reason.utf8).withUnsafeBytes({ bytes in try JSONParser.object(bytes) }),
            let time = object.number("retryAfterMs")
        else { return nil }
        return .milliseconds(min(time, 500))
    }
}
