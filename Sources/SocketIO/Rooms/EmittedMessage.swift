import ChatCore
import NIOCore

/// What a client has emitted as `message`, as the log takes it.
struct EmittedMessage {
    /// Arguments of one event.
    private static let argumentLimit = 16
    /// Where objects mostly have their text.
    private static let textMembers = ["text", "body", "message", "content"]
    private static let idMembers = ["clientId", "id"]

    let clientID: ClientID
    let body: MessageBody

    /// - Throws: `invalid_field`.
    init(_ arguments: SocketIOArguments, _ attachments: [ByteBuffer]) throws(ChatError) {
        guard (1...Self.argumentLimit).contains(arguments.values.count) else {
            throw .invalid(
                "message", "A message has 1 to \(Self.argumentLimit) arguments: emit(\"message\", \"もしもし\").")
        }
        clientID = try Self.clientID(arguments.values) ?? .random()
        if attachments.isEmpty, arguments.values.count == 1, case .string(let text) = arguments.values[0] {
            body = try MessageBody(text)
        } else {
            guard !arguments.values.contains(where: \.hasBinaryMember) else {
                throw .invalid(
                    "message", "An object of a message must not have the member _binary: it stands for bytes.")
            }
            let data = try Self.data(arguments.data, attachments)
            body = try MessageBody(
                Self.text(arguments) ?? Self.note(attachments.count) ?? data.description, data: data)
        }
    }

    private static func data(_ json: ByteBuffer, _ attachments: [ByteBuffer]) throws(ChatError) -> MessageData {
        guard let packed = BinaryArguments.pack(json, attachments) else {
            throw .invalid("message", "Each attachment needs one placeholder, {\"_placeholder\":true,\"num\":n}.")
        }
        return try MessageData(array: String(buffer: packed))
    }

    /// What is shown where only texts are.
    private static func text(_ arguments: SocketIOArguments) -> String? {
        for value in arguments.values {
            switch value {
            case .string(let text): return text
            case .object(let object):
                for name in textMembers { if case .string(let text) = object[name] { return text } }
            default: break
            }
        }
        return nil
    }

    /// In place of bytes, which are no text.
    private static func note(_ attachments: Int) -> String? {
        switch attachments {
        case 0: nil
        case 1: "[1 attachment]"
        default: "[\(attachments) attachments]"
        }
    }

    /// The first that an object has.
    private static func clientID(_ values: [JSONValue]) throws(ChatError) -> ClientID? {
        for case .object(let object) in values {
            for name in idMembers {
                switch object[name] {
                case .string(let text): return try ClientID(text, field: name)
                case .integer(let number): return try ClientID(String(number), field: name)
                default: break
                }
            }
        }
        return nil
    }
}

extension JSONValue {
    /// Whether it says what only we say.
    fileprivate var hasBinaryMember: Bool {
        switch self {
        case .array(let elements): elements.contains(where: \.hasBinaryMember)
        case .object(let object): object["_binary"] != nil || object.values.contains(where: \.hasBinaryMember)
        default: false
        }
    }
}

extension ClientID {
    /// For a message that nobody can repeat.
    fileprivate static func random() -> ClientID { ClientID(stored: EngineID.make()) }
}
