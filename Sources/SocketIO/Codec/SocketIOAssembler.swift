import ChatCore
package import NIOCore

/// Puts binary packets together: the text first, then its attachments. Decides; does no I/O. The bytes of the attachments are
/// bounded by whoever receives them.
package struct SocketIOAssembler: Sendable {
    /// A packet with all its attachments.
    package struct Message: Sendable, Equatable {
        /// As its text says, with placeholders for the attachments.
        package let packet: SocketIOPacket
        /// In the order of their placeholders' numbers, as many as the packet has announced.
        package let attachments: [ByteBuffer]
    }

    private var waiting: SocketIOPacket?
    private var attachments: [ByteBuffer] = []

    /// Waits for a text.
    package init() {}

    /// - Returns: `nil` while attachments are missing.
    package mutating func receive(text: ByteBuffer) throws(SocketIOFault) -> Message? {
        guard waiting == nil else {
            throw SocketIOFault(
                "A text came where an attachment was due. Send the attachments right after their packet.")
        }
        let packet = try SocketIOPacket(decoding: text)
        try Self.checkPlaceholders(of: packet)
        guard packet.attachments > 0 else { return Message(packet: packet, attachments: []) }
        waiting = packet
        return nil
    }

    /// - Returns: `nil` while attachments are missing.
    package mutating func receive(binary: ByteBuffer) throws(SocketIOFault) -> Message? {
        guard let packet = waiting else {
            throw SocketIOFault("Bytes came that belong to no packet. Send a packet that announces them first.")
        }
        attachments.append(binary)
        guard attachments.count == packet.attachments else { return nil }
        defer { self = Self() }
        return Message(packet: packet, attachments: attachments)
    }

    private static func values(of ack: ByteBuffer) throws(SocketIOFault) -> [JSONValue] {
        try ack.jsonElements().elements.map { $0.value }
    }

    /// Only binary packets have placeholders; elsewhere an object that looks like one is just an object.
    private static func checkPlaceholders(of packet: SocketIOPacket) throws(SocketIOFault) {
        guard packet.kind == .binaryEvent || packet.kind == .binaryAck, let payload = packet.payload else { return }
        let values: [JSONValue]
        if let arguments = packet.arguments { values = arguments.values } else { values = try Self.values(of: payload) }
        for value in values {
            guard value.hasPlaceholders(below: packet.attachments) else {
                throw SocketIOFault("A placeholder names no attachment. Count the attachments from 0.")
            }
        }
    }
}

extension JSONValue {
    /// Whether each placeholder in it names one of so many attachments.
    fileprivate func hasPlaceholders(below count: Int) -> Bool {
        switch self {
        case .array(let elements): elements.allSatisfy { $0.hasPlaceholders(below: count) }
        case .object(let object) where object["_placeholder"] == .bool(true):
            (try? object.optionalInteger("num", in: 0...Int64.max)).flatMap { $0 }.map { $0 < Int64(count) } ?? false
        case .object(let object): object.values.allSatisfy { $0.hasPlaceholders(below: count) }
        default: true
        }
    }
}
