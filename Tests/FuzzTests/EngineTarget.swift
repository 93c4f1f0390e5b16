import NIOCore
import SocketIO

extension FuzzTarget {
    /// The body of a POST, a text frame, and frames on their way into the answer to a GET.
    static let engine = FuzzTarget(
        name: "engine",
        seeds: .texts(
            "4hi", "40{\"token\":\"t\"}\u{1E}3\u{1E}1", "2probe", "5", "6", "0{}", "bAQIDBA==", "bAQID", "bAQ",
            "4電話\u{1E}bAAECAw==\u{1E}4", "4\u{1E}", "7", "b=", "bAB==") + [
                [0x81, 0x03, 0x34, 0x68, 0x69, 0x82, 0x02, 0x01, 0x02, 0x88, 0x00],
                [0x81, 0x7E, 0x00, 0x02, 0x34, 0x61, 0x82, 0x7F, 0, 0, 0, 0, 0, 0, 0, 1, 0xFF], [0x34, 0xFF],
            ],
        tokens: [
            "\u{1E}", "b", "4", "2", "==", "AQID", "\u{1E}bAQ==", "電", "\u{7F}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}",
        ]
    ) { input in
        let input = ByteBuffer(bytes: input)
        try checkFrames(input)
        if let packet = try? EnginePacket(decoding: input, allowsBase64: false) {
            try promise("a text frame holds no bytes", !packet.isBinary)
            try promise(
                "a packet is read again", try EnginePacket(decoding: packet.text, allowsBase64: false) == packet)
        }
        guard let packets = try? EnginePayload.decode(input) else { return }
        try promise("a body has its bounds", (1...EnginePayload.packetLimit).contains(packets.count))
        var (body, frames) = (ByteBuffer(), ByteBuffer())
        for packet in packets {
            if body.readableBytes > 0 { body.writeInteger(UInt8(0x1E)) }
            packet.write(to: &body)
            packet.writeFrame(to: &frames)
        }
        try promise("a body is read again", try EnginePayload.decode(body) == packets)
        try promise("frames make the same body", EnginePayload.encode(frames: frames) == body)
    }

    /// Whatever is taken for frames.
    private static func checkFrames(_ bytes: ByteBuffer) throws {
        let body = EnginePayload.encode(frames: bytes)
        try promise("a body is at most twice as long", body.readableBytes <= 2 * bytes.readableBytes)
    }
}

extension EnginePacket {
    fileprivate var isBinary: Bool {
        if case .binary = self { true } else { false }
    }

    fileprivate var text: ByteBuffer {
        var text = ByteBuffer()
        write(to: &text)
        return text
    }
}
