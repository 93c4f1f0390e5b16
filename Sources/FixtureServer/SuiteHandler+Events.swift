import ChatCore
import NIOCore
import SocketIO

/// What a client has emitted.
struct SuiteEvent {
    let arguments: SocketIOArguments
    let ackID: UInt64?
    let attachments: [ByteBuffer]

    init(_ arguments: SocketIOArguments, ackID: UInt64?, _ attachments: [ByteBuffer]) {
        self.arguments = arguments
        self.ackID = ackID
        self.attachments = attachments
    }

    fileprivate var first: JSONValue? { arguments.values.first }
    fileprivate var isBytes: Bool { isBytes(first) }

    /// `{hello: "lol", message: <bytes>, goodbye: "gotcha"}`
    fileprivate var isMixed: Bool {
        guard case .object(let object) = first else { return false }
        return object["hello"] == .string("lol") && isBytes(object["message"]) && object["goodbye"] == .string("gotcha")
    }

    private func isBytes(_ value: JSONValue?) -> Bool {
        guard !attachments.isEmpty, case .object(let object) = value else { return false }
        return object["_placeholder"] == .bool(true)
    }
}

extension SuiteHandler {
    private static let placeholder = #"{"_placeholder":true,"num":0}"#
    private static let bytes = ByteBuffer(string: "asdfasdf")
    private static let texts = ["てすと", "Я Б Г Д Ж Й", "Ä ä Ü ü ß", "utf8 — string", "utf8 — string"]

    /// Events of no name that is known here are ignored, as the reference does.
    func answer(_ event: SuiteEvent) {
        switch (visit.namespace, event.arguments.name, event.ackID) {
        case ("/", "getId", let ackID?), ("/foo", "getId", let ackID?): acknowledge(ackID, "[\(visit.sid.quoted)]")
        case ("/", _, let ackID?): answer(event, ackID)
        case ("/", _, nil): emitAnswer(to: event)
        default: break
        }
    }

    private func answer(_ event: SuiteEvent, _ ackID: UInt64) {
        switch event.arguments.name {
        case "echo":
            let isEmpty = event.arguments.texts.isEmpty
            acknowledge(ackID, isEmpty ? ByteBuffer(string: "[null]") : event.arguments.data, event.attachments)
        case "getAckDate": acknowledge(ackID, "[\(Self.now)]")
        case "getHandshake": acknowledge(ackID, "[\(visit.handshake)]")
        default: emitAnswer(to: event)
        }
    }

    private func emitAnswer(to event: SuiteEvent) {
        switch event.arguments.name {
        case "hi": emit("hi")
        case "ack": ask("ack")
        case "getDate": emit("takeDate", Self.now)
        case "getDateObj": emit("takeDateObj", #"{"date":\#(Self.now)}"#)
        case "getUtf8": for text in Self.texts { emit("takeUtf8", text.quoted) }
        case "false": emit("false", "false")
        case "doge": emit("doge", Self.placeholder, attachments: [Self.bytes])
        case "getbin": emit("takebin", Self.placeholder, attachments: [Self.bytes])
        default: emitReceipt(of: event)
        }
    }

    /// For bytes that came as they should, and in order.
    private func emitReceipt(of event: SuiteEvent) {
        let name = event.arguments.name
        switch name {
        case "buffa": if event.isBytes { emit("buffack") }
        case "blob": if event.isBytes { emit("back") }
        case "jsonbuff", "jsonblob": if event.isMixed { emit("\(name)-ack") }
        case "abuff1", "blob1": if event.isBytes { visit.came.insert(name) }
        case "abuff2": if visit.came.contains("abuff1") { emit("abuff2-ack") }
        case "blob2":
            if visit.came.contains("blob1"), event.first == .string("second") { visit.came.insert(name) }
        case "blob3": if visit.came.contains("blob2"), event.isBytes { emit("blob3-ack") }
        default: break
        }
    }

    private func acknowledge(_ ackID: UInt64, _ arguments: String) {
        acknowledge(ackID, ByteBuffer(string: arguments))
    }
}
