import ChatCore
import ChatRealtime
import NIOCore
import NIOEmbedded

/// The network below a simulated socket: takes what is written, and passes it on when it is told to.
final class SimulatedWire: ChannelDuplexHandler, @unchecked Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer

    /// Small, so that a few events fill it.
    static let unreadBytes = 4000

    private var undrained: [(count: Int, promise: EventLoopPromise<Void>?)] = []
    private var undrainedBytes = 0
    /// The socket has to know that the client does not read.
    private var isFull = false
    /// What had been joined before the wire was full may still come.
    private var isOneAllowed = false
    private var frames: [JSONObject] = []
    /// How often something was written.
    private(set) var pieces = 0
    private(set) var wantsInput = false
    private(set) var isClosed = false
    /// What a socket must never do.
    private(set) var faults: [String] = []

    var isDrained: Bool { undrained.isEmpty }

    /// What was written since the last call.
    func take() -> [JSONObject] {
        defer { frames = [] }
        return frames
    }

    /// Hands commands to the socket, if it wants any.
    func deliver(_ commands: [String], to channel: EmbeddedChannel) {
        wantsInput = false
        var bytes = ByteBuffer()
        for command in commands { bytes.writeClientFrame(command) }
        channel.pipeline.fireChannelRead(bytes)
        channel.pipeline.fireChannelReadComplete()
        channel.read()
    }

    func drain(_ count: Int) {
        var left = count
        while let first = undrained.first, first.count <= left {
            left -= first.count
            undrained.removeFirst()
            undrainedBytes -= first.count
            if undrainedBytes <= Self.unreadBytes / 4 { isFull = false }
            first.promise?.succeed()
        }
    }

    func read(context: ChannelHandlerContext) {
        if isFull, !isClosed { faults.append("a client that does not read is read from") }
        wantsInput = true
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        var buffer = Self.unwrapOutboundIn(data)
        if isClosed { faults.append("something is written behind the end") }
        pieces += 1
        let isAllowed = !isFull || isOneAllowed
        isOneAllowed = !isFull
        undrained.append((buffer.readableBytes, promise))
        undrainedBytes += buffer.readableBytes
        if undrainedBytes > Self.unreadBytes { isFull = true }
        while let (opcode, payload) = buffer.readServerFrame() {
            if opcode == 0x88 { isClosed = true }
            guard opcode == 0x81 else { continue }
            guard let frame = try? payload.jsonObject() else { return faults.append("a frame is not JSON") }
            if !isAllowed { check(frame) }
            frames.append(frame)
        }
    }

    /// Answers to the few commands in flight may still come; nothing that has its place in the log.
    private func check(_ frame: JSONObject) {
        guard let type = try? frame.string("type") else { return }
        if ["event", "history", "behind", "heartbeat"].contains(type) {
            faults.append("\(type) is written to a socket that does not read")
        }
    }
}

extension ByteBuffer {
    /// A text frame as a client writes it; the key is zero, so that its bytes are the payload's.
    fileprivate mutating func writeClientFrame(_ text: String) {
        writeInteger(UInt8(0x81))
        if text.utf8.count < 126 {
            writeInteger(0x80 | UInt8(text.utf8.count))
        } else {
            writeInteger(UInt8(0xFE))
            writeInteger(UInt16(truncatingIfNeeded: text.utf8.count))
        }
        writeInteger(UInt32(0))
        writeString(text)
    }

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
