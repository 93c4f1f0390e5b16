import ChatClient
import ChatCore

/// An event as somebody was shown it.
struct Shown {
    let seq: UInt32
    private let message: UInt32
    private let digest: UInt32

    /// - Returns: `nil` if it is not as documented.
    init?(_ event: JSONObject, on stage: Stage) {
        guard let seq = event.number("seq"), let kind = event.text("kind"),
            let author = event.object("author")?.number("id"), event.text("at") != nil
        else { return nil }
        let account = stage.account(author) ?? .max
        self.seq = UInt32(clamping: seq)
        if kind == "message" {
            guard let clientID = event.text("clientId"), let body = event.text("body") else { return nil }
            message = stage.script.message(of: clientID) ?? StoredEvent.stranger
            digest = Script.digest(kind: kind, author: account, clientID: clientID, body: body)
        } else {
            message = 0
            digest = Script.digest(kind: kind, author: account)
        }
    }

    func fill(_ record: inout Record) {
        record.seq = seq
        record.message = message
        record.detail = digest
    }
}
