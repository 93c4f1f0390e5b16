import ChatCore
import NIOCore

@testable import ChatRealtime
@testable import SocketIO

extension FuzzTarget {
    /// An event and its attachments, with 0x1E between them, as what a client emits: what others hear of it is what was said.
    static let emitted = FuzzTarget(
        name: "emitted",
        seeds: .texts(
            "2[\"message\",\"hi\"]", "2[\"message\",{\"text\":\"hi\",\"id\":\"m-1\"},[1.50,-2e9]]", "2[\"message\"]",
            "2[\"message\",{\"body\":7,\"content\":\"x\",\"clientId\":17}]", "2[\"message\",[{\"_binary\":\"AAAA\"}]]",
            "51-[\"message\",{\"_placeholder\":true,\"num\":0}]\u{1E}xyz",
            "52-[\"message\",[ { \"_placeholder\" : true , \"num\" : 1 } ],{\"_placeholder\":true,\"num\":0}]\u{1E}\u{1E}a",
            "51-[\"message\",{\"num\":0,\"_placeholder\":true}]\u{1E}x",
            "51-[\"message\",\"{\\\"_binary\\\":\\\"AAAA\\\"}\",{\"_placeholder\":true,\"num\":0}]\u{1E}\"}",
            "51-[\"message\",{\"\\u005fplaceholder\":true,\"num\":0}]\u{1E}x",
            "2[\"message\",{\"a\":{\"_placeholder\":true}}]"),
        tokens: [
            "{\"_placeholder\":true,\"num\":", "0}", "1}", "}", "\"_placeholder\"", "{\"_binary\":\"", "\"}",
            "\"text\":",
            "\"id\":", "\\u005f", "\u{1E}", "[", "]", ",", ":", "{", " ", "true", "\"num\"", "null", "🌸", "1e9",
        ]
    ) { input in
        let pieces = input.split(separator: 0x1E, omittingEmptySubsequences: false).map { ByteBuffer(bytes: $0) }
        var rest = pieces.first?.readableBytesView[...] ?? ByteBuffer().readableBytesView[...]
        while let found = PlaceholderScan.next(in: rest) {
            try promise("a placeholder is where it was looked for", rest.indices.contains(found.range.lowerBound))
            try promise("a placeholder has a number", found.number >= 0)
            rest = rest[found.range.upperBound...]
        }
        guard let sent = try? Emission(pieces) else { return }
        let heard = try Emission(sent.message.heard())
        try promise("others hear what was said: \(sent), \(heard)", heard == sent)
    }
}

/// An event that was taken for a message.
private struct Emission: Equatable, CustomStringConvertible {
    let message: EmittedMessage
    let attachments: [ByteBuffer]

    init(_ pieces: [ByteBuffer]) throws {
        var assembler = SocketIOAssembler()
        var whole: SocketIOAssembler.Message?
        for (index, piece) in pieces.enumerated() {
            try promise("an event is one event", whole == nil)
            whole = index == 0 ? try assembler.receive(text: piece) : try assembler.receive(binary: piece)
        }
        guard let whole, let arguments = whole.packet.arguments else { throw Finding(description: "no event") }
        if let excess = arguments.excess { throw excess }
        attachments = whole.attachments
        message = try EmittedMessage(arguments, attachments)
    }

    /// The client id of a message without one is made up each time, and attachments may be numbered anew.
    static func == (left: Self, right: Self) -> Bool {
        left.message.body == right.message.body && left.attachments.count == right.attachments.count
    }

    var description: String { "\(message.body), \(message.body.data?.description ?? "no data"), \(attachments)" }
}

extension EmittedMessage {
    /// The pieces of the event that others are told.
    fileprivate func heard() throws -> [ByteBuffer] {
        try promise("a text has its bounds", (1...MessageBody.limit).contains(body.description.unicodeScalars.count))
        if let data = body.data?.description {
            try promise("data have their bounds", data.utf8.count <= MessageData.limit)
            let parsed = Array(data.utf8).withUnsafeBytes { bytes in (try? JSONParser.elements(bytes)) != nil }
            try promise("data are a JSON array", parsed)
        }
        let author = Account(
            id: AccountID(rawValue: 1), handle: try Handle("alice"), displayName: try DisplayName("Alice"))
        let event = Event(
            room: try RoomName("lobby"), seq: 1, author: author, at: Timestamp(microseconds: 0),
            content: .message(clientID, body))
        let dialect = RoomDialect(isMain: true, isFull: false, hasOffsets: false).dialect
        let frames = ServerFrame.event(event).bytes(in: dialect)
        return try EnginePayload.decode(EnginePayload.encode(frames: frames)).map { packet in
            switch packet {
            case .text(let text): text
            case .binary(let bytes): bytes
            default: throw Finding(description: "only messages are told: \(packet)")
            }
        }
    }
}
