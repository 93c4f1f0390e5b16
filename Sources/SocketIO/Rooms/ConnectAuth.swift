import ChatCore
import ChatRealtime
import NIOCore

/// What a client says of itself when it connects to a namespace: `auth` of `socket.io-client`, and what that adds to it.
package struct ConnectAuth: Sendable {
    /// A session's or a bot's token.
    package let token: String?
    /// What a guest wants to be called.
    package let name: String?
    let recovery: RecoveryID?
    /// The last offset that the client has got.
    let offset: Int64?
    /// Messages of the room that a client gets that was not here before.
    let history: Int
    /// Every event as the HTTP API has it, instead of `message`.
    let isFull: Bool

    /// The token of the guest that the client was.
    package var guestToken: String? { recovery?.guestToken }

    /// The client comes back as somebody who is no guest.
    package var wasLoggedIn: Bool { recovery.map { $0.guestToken == nil } ?? false }

    /// - Throws: `malformed_json`, `invalid_field`.
    init(_ payload: ByteBuffer?, defaultHistory: Int) throws(ChatError) {
        let object = try payload?.jsonObject() ?? JSONObject()
        token = try object.optionalString("token")
        name = try object.optionalString("name")
        history =
            try object.optionalInteger("history", in: 0...Int64(PageRange.limit)).map { Int($0) } ?? defaultHistory
        switch try object.optionalString("events") {
        case nil, "message": isFull = false
        case "full": isFull = true
        default: throw .invalid("events", #"The member events is "message" or "full"."#)
        }
        // The client's library adds these; what is not ours is as good as nothing.
        recovery = (try? object.optionalString("pid")).flatMap { $0 }.flatMap { RecoveryID($0) }
        offset = (try? object.optionalString("offset")).flatMap { $0 }.flatMap { Int64($0) }
    }
}
