package import NIOCore

/// A whole message, put together from its frames and checked.
package enum WebSocketMessage: Sendable, Equatable {
    /// Valid UTF-8.
    case text(ByteBuffer)
    case binary(ByteBuffer)
}

/// The rules of RFC 6455 for what a client may send. Decides; does no I/O and has no clock.
package struct FrameAssembler {
    /// A client that goes beyond one of these loses its socket.
    package struct Limits: Sendable {
        /// Bytes of one message, however many frames it comes in.
        package var messageBytes: Int
        /// Pings that are answered within a second; one more is a policy violation.
        package var pingsPerSecond: Int

        /// By default 64 KiB, and ten pings.
        package init(messageBytes: Int = 65_536, pingsPerSecond: Int = 10) {
            self.messageBytes = messageBytes
            self.pingsPerSecond = pingsPerSecond
        }
    }

    /// What is to be done about a frame.
    package enum Action: Equatable {
        case nothing
        case deliver(WebSocketMessage)
        case pong(ByteBuffer)
        /// The client says goodbye; `nil` without a code.
        case answerClose(UInt16?)
        case fail(ProtocolViolation)
    }

    /// A message of which not all frames have come.
    private struct Message {
        let opcode: Frame.Opcode
        var payload = ByteBuffer()
    }

    private let limits: Limits
    private var partial: Message?
    private var pings = (since: NIODeadline.distantPast, count: 0)

    /// For one connection, from its first frame on.
    package init(_ limits: Limits) { self.limits = limits }

    /// Takes the frames of a connection in their order. After a ``Action/fail(_:)`` there is nothing more to take.
    /// - Parameter now: the present, for the limit of pings.
    package mutating func receive(_ frame: Frame, now: NIODeadline) -> Action {
        switch frame.opcode {
        case .text, .binary:
            guard partial == nil else {
                return .fail(.init(.protocolError, "a new message began before the last one ended"))
            }
            return append(frame, to: Message(opcode: frame.opcode))
        case .continuation:
            // Taken out while it grows: with a second owner each frame would copy the whole message.
            guard let message = partial.take() else {
                return .fail(.init(.protocolError, "there is no message to continue"))
            }
            return append(frame, to: message)
        case .ping: return ping(frame, now: now)
        case .pong: return .nothing
        case .close: return Self.close(frame.payload)
        }
    }

    private mutating func append(_ frame: Frame, to message: consuming Message) -> Action {
        guard message.payload.readableBytes + frame.payload.readableBytes <= limits.messageBytes else {
            return .fail(.init(.messageTooLarge, "a message has at most \(limits.messageBytes) bytes"))
        }
        if message.payload.readableBytes == 0 {
            message.payload = frame.payload
        } else {
            message.payload.writeImmutableBuffer(frame.payload)
        }
        guard frame.isFinal else {
            partial = message
            return .nothing
        }
        guard message.opcode == .text else { return .deliver(.binary(message.payload)) }
        guard message.payload.isUTF8 else { return .fail(.init(.invalidText, "text must be UTF-8")) }
        return .deliver(.text(message.payload))
    }

    private mutating func ping(_ frame: Frame, now: NIODeadline) -> Action {
        if now - pings.since >= .seconds(1) { pings = (now, 0) }
        pings.count += 1
        guard pings.count <= limits.pingsPerSecond else {
            return .fail(.init(.policyViolation, "at most \(limits.pingsPerSecond) pings a second"))
        }
        return .pong(frame.payload)
    }

    private static func close(_ payload: ByteBuffer) -> Action {
        var payload = payload
        guard payload.readableBytes > 0 else { return .answerClose(nil) }
        guard let code = payload.readInteger(as: UInt16.self), CloseCode.isValid(received: code) else {
            return .fail(.init(.protocolError, "invalid close code"))
        }
        guard payload.isUTF8 else { return .fail(.init(.invalidText, "a close reason must be UTF-8")) }
        return .answerClose(code)
    }
}

extension ByteBuffer {
    fileprivate var isUTF8: Bool {
        (try? UTF8Span(validating: readableBytesUInt8Span)) != nil
    }
}
