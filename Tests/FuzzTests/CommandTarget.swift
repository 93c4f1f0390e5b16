import ChatCore
import ChatRealtime
import NIOCore

extension FuzzTarget {
    /// A text frame's payload as a command: an accepted one says the same when it is said again.
    static let command = FuzzTarget(
        name: "command",
        seeds: .texts(
            #"{"type":"send","ref":"1","room":"lobby","clientId":"c1","body":"hi","x":[1]}"#,
            #"{"type":"subscribe","room":"lobby","after":41}"#, #"{"type":"subscribe","room":"a","last":7}"#,
            #"{"type":"unsubscribe","room":"a","ref":"電話"}"#, #"{"type":"read","room":"a","seq":3}"#,
            #"{"type":"subscribe","room":"a","after":4,"limit":0,"epoch":"x"}"#,
            #"{"type":"history","room":"a","around":9,"limit":200}"#, #"{"type":"history","room":"a","before":1}"#),
        tokens: [
            "\"type\":", "\"send\"", "\"subscribe\"", "\"unsubscribe\"", "\"room\":", "\"clientId\":", "\"body\":",
            "\"after\":", "\"last\":", "\"history\"", "\"read\"", "\"seq\":", "\"around\":", "\"before\":",
            "\"limit\":", "\"epoch\":", "\"ref\":", "null", "9007199254740991", "\"lobby\"", ",", "\\u0000",
        ]
    ) { input in
        let (command, echo) = ClientCommand.decode(ByteBuffer(bytes: input))
        try promise("an echoed ref has 1 to 64 characters", (1...64).contains(echo.ref?.unicodeScalars.count ?? 1))
        guard case .success(let command) = command else { return }
        let again = ClientCommand.decode(ByteBuffer(bytes: command.encoded(ref: echo.ref)))
        try promise("the command is read again", again.command == .success(command))
        try promise("the echo is the same", again.echo == echo)
    }
}

extension ClientCommand {
    /// As a client would write it.
    fileprivate func encoded(ref: String?) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.member("ref", ref)
            switch self {
            case .subscribe(let room, let start):
                json.member("type", "subscribe")
                json.member("room", room.description)
                switch start {
                case .after(let seq, let limit, let epoch):
                    json.member("after", seq)
                    json.member("limit", limit)
                    json.member("epoch", epoch)
                case .last(let count): json.member("last", Int64(count))
                }
            case .refresh(let token):
                json.member("type", "refresh")
                json.member("token", token)
            case .unsubscribe(let room):
                json.member("type", "unsubscribe")
                json.member("room", room.description)
            case .send(let room, let clientID, let body):
                json.member("type", "send")
                json.member("room", room.description)
                json.member("clientId", clientID.description)
                json.member("body", body.description)
            case .history(let room, let range, let limit):
                json.member("type", "history")
                json.member("room", room.description)
                json.member("limit", Int64(limit))
                switch range {
                case .newest: break
                case .before(let seq): json.member("before", seq)
                case .after(let seq): json.member("after", seq)
                case .around(let seq): json.member("around", seq)
                }
            case .typing(let room):
                json.member("type", "typing")
                json.member("room", room.description)
            case .read(let room, let seq):
                json.member("type", "read")
                json.member("room", room.description)
                json.member("seq", seq)
            }
        }
        return json.bytes
    }
}
