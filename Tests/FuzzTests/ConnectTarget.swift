import ChatCore
import NIOCore

@testable import SocketIO

extension FuzzTarget {
    /// What a client says of itself when it connects, as the payload of a CONNECT and as a `pid` alone.
    static let connect = FuzzTarget(
        name: "connect",
        seeds: .texts(
            "{\"token\":\"t\",\"name\":\"花子\",\"history\":0,\"events\":\"full\"}", "{\"token\":null,\"history\":200}",
            pid,
            "{\"pid\":\"\(pid)\",\"offset\":\"41\"}", "{\"pid\":\"\(pid)g\",\"offset\":\"9223372036854775808\"}",
            "{\"pid\":7,\"offset\":[]}", "{\"history\":201}", "{\"events\":\"all\"}", "{}", "[]", "....."),
        tokens: [
            "\"pid\":", "\"offset\":", "\"history\":", "\"events\":\"full\"", "\"token\":", ",", ".", "..", "-1", "+1",
            "007",
            "9007199254740991", "9223372036854775808", "AAAAAAAAAAAAAAAAAAAA", "lobby", "電", "null", "\"",
        ]
    ) { input in
        if let recovery = RecoveryID(input.text) {
            try promise("a seq has its bounds", (0...PageRange.lastSeq).contains(recovery.seq))
            try promise("a sid may be one of ours", EngineID.isPossible(recovery.sid))
            try promise("a recovery is read again", RecoveryID(recovery.description) == recovery)
        }
        guard let auth = try? ConnectAuth(ByteBuffer(bytes: input), defaultHistory: 50) else { return }
        try promise("a history has its bounds", (0...PageRange.limit).contains(auth.history))
        try promise("nobody is both", !(auth.wasLoggedIn && auth.guestToken != nil))
        try promise("whoever was here has a place", auth.recovery != nil || !auth.wasLoggedIn && auth.guestToken == nil)
    }

    private static let pid = "AbCdEfGhIjKlMnOpQr-_.12.lobby.41.k3x."
}
