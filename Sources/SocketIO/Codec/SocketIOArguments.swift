package import ChatCore
package import NIOCore

/// The arguments of an EVENT: its name, and each argument's value with the very bytes that it was sent as.
package struct SocketIOArguments: Sendable, Equatable {
    /// A number's text, if the name is a number.
    package let name: String
    /// Of all arguments but the name.
    package let values: [JSONValue]
    /// Of all arguments but the name, without the spaces around.
    package let texts: [ByteBuffer]
    /// Why the log does not take them, though they are JSON.
    package let excess: ChatError?

    /// Names that the client's library uses for itself.
    private static let reserved: Set<String> = [
        "connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener",
    ]

    /// - Throws: unless the payload is an array that begins with a name.
    package init(event payload: ByteBuffer) throws(SocketIOFault) {
        let (elements, excess) = try payload.jsonElements()
        self.excess = excess
        let texts = elements.compactMap {
            payload.getSlice(at: payload.readerIndex + $0.range.lowerBound, length: $0.range.count)
        }
        guard let value = elements.first?.value, let text = texts.first else { throw Self.nameless }
        self.name = try Self.name(value, text)
        self.values = elements.dropFirst().map(\.value)
        self.texts = Array(texts.dropFirst())
    }

    private static func name(_ value: JSONValue, _ text: ByteBuffer) throws(SocketIOFault) -> String {
        switch value {
        case .string(let name) where !reserved.contains(name): return name
        case .string(let name): throw SocketIOFault("The event's name \(name) is reserved. Choose another one.")
        case .integer, .number: return String(buffer: text)
        default: throw nameless
        }
    }

    private static let nameless = SocketIOFault(
        "An event has no name. Send an array whose first element is the name, a string.")

    /// `[a,b]`: all arguments but the name, each as it was sent.
    package var data: ByteBuffer {
        var data = ByteBuffer()
        data.reserveCapacity(texts.reduce(2) { $0 + $1.readableBytes + 1 })
        data.writeInteger(UInt8(ascii: "["))
        for (index, text) in texts.enumerated() {
            if index > 0 { data.writeInteger(UInt8(ascii: ",")) }
            data.writeImmutableBuffer(text)
        }
        data.writeInteger(UInt8(ascii: "]"))
        return data
    }
}
