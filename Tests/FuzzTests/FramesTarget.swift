import ChatRealtime
import NIOCore
import NIOEmbedded

extension FuzzTarget {
    /// The bytes of a socket, through the frames to whole messages. The first byte says in which pieces they arrive:
    /// the outcome must not depend on that.
    static let frames = FuzzTarget(
        name: "frames", limit: 400, shortInputs: 300,
        seeds: [
            [0] + frame(0x81, "hi") + frame(0x01, "電") + frame(0x89, "ping") + frame(0x80, "話"),
            [3] + frame(0x82, "\u{0}") + frame(0x8A) + frame(0x88),
            [1] + frame(0x81, String(repeating: "a", count: 126)),
            [0] + frame(0x81, String(repeating: "a", count: 258)),
            [0] + [0x88, 0x82, 0, 0, 0, 0, 0x03, 0xE8] + frame(0x81, "x"),
            [2] + frame(0x01) + frame(0x00) + frame(0x80),
            [0] + [0x81, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], [0] + frame(0xC1, "x") + frame(0x83),
            [0] + (0..<12).flatMap { _ in frame(0x89) },
        ],
        tokens: ["\u{1}", "\u{0}\u{0}\u{0}\u{0}"]
    ) { input in
        let bytes = Array(input.dropFirst())
        let whole = Outcome(of: bytes, inPiecesOf: bytes.count)
        for message in whole.messages { try message.keepsPromises() }
        try promise("only whole frames are written", whole.isFramed)
        let pieces = Outcome(of: bytes, inPiecesOf: Int(input.first ?? 0))
        try promise("pieces do not matter: \(whole) and \(pieces)", whole == pieces)
    }

    private static let messageBytes = 256

    /// A masked frame; the key is zero, so that its bytes are the payload's.
    private static func frame(_ first: UInt8, _ payload: String = "") -> [UInt8] {
        let bytes = Array(payload.utf8)
        let length: [UInt8] =
            bytes.count < 126
            ? [0x80 | UInt8(bytes.count)] : [0xFE, UInt8(bytes.count >> 8), UInt8(bytes.count & 0xFF)]
        return [first] + length + [0, 0, 0, 0] + bytes
    }

    /// What a socket made of its bytes.
    private struct Outcome: Equatable {
        var messages: [WebSocketMessage] = []
        var written: [UInt8] = []
        var isActive: Bool

        init(of bytes: [UInt8], inPiecesOf size: Int) {
            let collector = MessageCollector()
            let channel = EmbeddedChannel(handler: WebSocket(.init(messageBytes: messageBytes), collector))
            channel.feed(bytes, inPiecesOf: size)
            messages = collector.messages
            written = channel.written()
            isActive = channel.isActive
            channel.end()
        }

        /// Unmasked frames, nothing behind a close frame.
        var isFramed: Bool {
            var rest = written[...]
            while let first = rest.first {
                guard first & 0x70 == 0, let length = rest.dropFirst().first, length < 126,
                    rest.count >= 2 + Int(length)
                else { return false }
                rest = rest.dropFirst(2 + Int(length))
                if first == 0x88 { return rest.isEmpty }
            }
            return true
        }
    }
}

extension WebSocketMessage {
    fileprivate func keepsPromises() throws {
        switch self {
        case .text(let payload):
            try promise("text is UTF-8", String(validating: payload.readableBytesView, as: UTF8.self) != nil)
            try promise("a text has its bound", payload.readableBytes <= 256)
        case .binary(let payload): try promise("a message has its bound", payload.readableBytes <= 256)
        }
    }
}

/// Keeps the messages of a socket.
final class MessageCollector: WebSocketSession {
    private(set) var messages: [WebSocketMessage] = []

    var mayReceive: Bool { true }

    func opened(_ socket: WebSocket) {}
    func received(_ message: WebSocketMessage) { messages.append(message) }
    func receivedAll() {}
    func becameWritable() {}
    func serverStops() {}
    func closed() {}
    func ended(on eventLoop: any EventLoop) {}
}
