package import NIOCore

/// One packet of Socket.IO 5 as a client sends it: `type [attachments-] [/namespace,] [ack id] [JSON]`. The JSON is checked.
package struct SocketIOPacket: Sendable, Equatable {
    /// The number that a packet begins with.
    package enum Kind: UInt8, Sendable {
        case connect = 0
        case disconnect
        case event
        case ack
        case connectError
        case binaryEvent
        case binaryAck
    }

    /// Attachments of one packet.
    package static let attachmentLimit = 10

    /// Never `connectError`, which only servers send.
    package let kind: Kind
    /// Begins with "/", which is also the main one's whole name. Without a query.
    package let namespace: String
    /// Given by the client that wants an answer, or in the answer.
    package let ackID: UInt64?
    /// How many binary messages follow, 0 to ``attachmentLimit``.
    package let attachments: Int
    /// The JSON text: an object of CONNECT, an array of events and acks.
    package let payload: ByteBuffer?
    /// Of an event.
    package let arguments: SocketIOArguments?

    /// - Throws: ``SocketIOFault`` if the text is no packet that a client may send.
    package init(decoding text: ByteBuffer) throws(SocketIOFault) {
        var rest = text
        self.kind = try rest.readKind()
        self.attachments = kind == .binaryEvent || kind == .binaryAck ? try rest.readAttachments() : 0
        self.namespace = try rest.readNamespace()
        self.ackID = try rest.readAckID()
        self.payload = rest.readableBytes > 0 ? rest : nil
        self.arguments = try Self.checked(kind, payload)
    }

    private static func checked(_ kind: Kind, _ payload: ByteBuffer?) throws(SocketIOFault) -> SocketIOArguments? {
        switch kind {
        case .connect: _ = try payload?.checkedObject()
        case .disconnect:
            guard payload == nil else { throw SocketIOFault("A DISCONNECT has a payload. Send it without one.") }
        case .event, .binaryEvent: return try SocketIOArguments(event: try given(payload))
        case .ack, .binaryAck: _ = try given(payload).jsonElements()
        case .connectError:
            throw SocketIOFault("A CONNECT_ERROR came from a client. Send DISCONNECT to leave a namespace.")
        }
        return nil
    }

    private static func given(_ payload: ByteBuffer?) throws(SocketIOFault) -> ByteBuffer {
        guard let payload else {
            throw SocketIOFault("An event or an ack has no payload. Send a JSON array.")
        }
        return payload
    }
}

extension ByteBuffer {
    fileprivate mutating func readKind() throws(SocketIOFault) -> SocketIOPacket.Kind {
        guard let digit = readInteger(as: UInt8.self),
            let kind = SocketIOPacket.Kind(rawValue: digit &- UInt8(ascii: "0"))
        else { throw SocketIOFault("A packet's type is unknown. Begin it with a digit from 0 to 6.") }
        return kind
    }

    fileprivate mutating func readAttachments() throws(SocketIOFault) -> Int {
        let count = try readDigits()
        guard let count, readInteger(as: UInt8.self) == UInt8(ascii: "-") else {
            throw SocketIOFault("A binary packet does not say how many attachments it has. Send the number and \"-\".")
        }
        guard count <= UInt64(SocketIOPacket.attachmentLimit) else {
            throw SocketIOFault(
                "A packet has too many attachments. Send at most \(SocketIOPacket.attachmentLimit) with one event.")
        }
        return Int(count)
    }

    /// Up to a comma or the end.
    fileprivate mutating func readNamespace() throws(SocketIOFault) -> String {
        guard readableBytesView.first == UInt8(ascii: "/") else { return "/" }
        let end = readableBytesView.firstIndex(of: UInt8(ascii: ",")) ?? writerIndex
        let name = readSlice(length: end - readerIndex)?.readableBytesView.prefix { $0 != UInt8(ascii: "?") }
        moveReaderIndex(to: min(end + 1, writerIndex))
        guard let name, let text = String(validating: name, as: UTF8.self) else {
            throw SocketIOFault("A namespace is not UTF-8. Encode its name as UTF-8.")
        }
        return text
    }

    fileprivate mutating func readAckID() throws(SocketIOFault) -> UInt64? { try readDigits() }

    /// - Returns: `nil` if there is no digit.
    private mutating func readDigits() throws(SocketIOFault) -> UInt64? {
        var value: UInt64?
        while let byte = readableBytesView.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
            moveReaderIndex(forwardBy: 1)
            let (product, overflow) = (value ?? 0).multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(UInt64(byte - UInt8(ascii: "0")))
            guard !overflow, !carry else {
                throw SocketIOFault("A number in a packet's head is too large. Send at most \(UInt64.max).")
            }
            value = sum
        }
        return value
    }
}
