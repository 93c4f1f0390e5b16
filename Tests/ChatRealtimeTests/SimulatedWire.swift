import ChatCore
import NIOCore
import NIOEmbedded

@testable import ChatRealtime

/// The network below a simulated socket: takes what is written, drains when it is told to, and is writable accordingly.
final class SimulatedWire: ChannelDuplexHandler, @unchecked Sendable {
    typealias InboundIn = WebSocketMessage
    typealias OutboundIn = ByteBuffer

    /// Small, so that a few events fill it.
    private static let high = 4000
    private static let low = 1000

    private var undrained = 0
    private var frames: [JSONObject] = []
    private(set) var wantsInput = false
    private(set) var isClosed = false
    /// What a socket must never do.
    private(set) var faults: [String] = []

    /// What was written since the last call.
    func take() -> [JSONObject] {
        defer { frames = [] }
        return frames
    }

    /// Hands commands to the socket, if it wants any.
    func deliver(_ commands: [String], to channel: EmbeddedChannel) {
        wantsInput = false
        for command in commands {
            channel.pipeline.fireChannelRead(WebSocketMessage.text(ByteBuffer(string: command)))
        }
        channel.pipeline.fireChannelReadComplete()
        channel.read()
    }

    func drain(_ count: Int, on channel: EmbeddedChannel) {
        undrained = max(0, undrained - count)
        guard !channel.isWritable, undrained < Self.low else { return }
        channel.isWritable = true
        channel.pipeline.fireChannelWritabilityChanged()
    }

    func read(context: ChannelHandlerContext) {
        if !context.channel.isWritable, !isClosed { faults.append("a client that does not read is read from") }
        wantsInput = true
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        var buffer = Self.unwrapOutboundIn(data)
        undrained += buffer.readableBytes
        if isClosed { faults.append("something is written behind the end") }
        while let (opcode, payload) = buffer.readServerFrame() {
            guard opcode == 0x81 else { continue }
            guard let frame = try? payload.jsonObject() else { return faults.append("a frame is not JSON") }
            check(frame, isWritable: context.channel.isWritable)
            frames.append(frame)
        }
        promise?.succeed()
        guard undrained > Self.high, let channel = context.channel as? EmbeddedChannel, channel.isWritable else {
            return
        }
        channel.isWritable = false
        channel.pipeline.fireChannelWritabilityChanged()
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        if event is MessageHandler.CloseRequest { isClosed = true }
        promise?.succeed()
    }

    /// Answers to the few commands in flight may still come; nothing that has its place in the log.
    private func check(_ frame: JSONObject, isWritable: Bool) {
        guard !isWritable, let type = try? frame.string("type") else { return }
        if ["event", "history", "behind", "heartbeat"].contains(type) {
            faults.append("\(type) is written to a socket that does not read")
        }
    }
}

extension ByteBuffer {
    /// The next frame as a server writes it.
    fileprivate mutating func readServerFrame() -> (opcode: UInt8, payload: ByteBuffer)? {
        guard let opcode = readInteger(as: UInt8.self), let short = readInteger(as: UInt8.self) else { return nil }
        let length =
            switch short {
            case 126: readInteger(as: UInt16.self).map { Int($0) }
            case 127: readInteger(as: UInt64.self).map { Int($0) }
            default: Int(short)
            }
        return length.flatMap { readSlice(length: $0) }.map { (opcode, $0) }
    }
}
