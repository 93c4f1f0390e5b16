package import ChatCore
package import ChatRealtime
import Crypto
import NIOCore
import NIOHTTP1

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The opening handshake of RFC 6455, section 4.2, as values.
package struct Handshake {
    /// What the client has offered, in its order.
    package let subprotocols: [String]
    /// The value of `Sec-WebSocket-Accept` (RFC 6455, 4.2.2), made from the client's key.
    package let accept: String

    /// Whether a request asks for a WebSocket at all.
    static func isRequested(by head: HTTPRequestHead) -> Bool {
        head.method == .GET && head.version == .http1_1
            && head.headers[canonicalForm: "upgrade"].contains { $0.lowercased() == "websocket" }
            && head.headers[canonicalForm: "connection"].contains { $0.lowercased() == "upgrade" }
    }

    /// - Throws: `unsupported_websocket_version`, `bad_handshake`.
    init(_ head: HTTPRequestHead) throws(ChatError) {
        guard head.headers["Sec-WebSocket-Version"] == ["13"] else {
            throw ChatError(.unsupportedWebSocketVersion, "This server speaks version 13 of the WebSocket protocol.")
        }
        let keys = head.headers["Sec-WebSocket-Key"]
        guard keys.count == 1, let key = keys.first, Data(base64Encoded: key)?.count == 16 else {
            throw ChatError(.badHandshake, "Sec-WebSocket-Key must be 16 bytes in base64, once.")
        }
        self.subprotocols = head.headers[canonicalForm: "Sec-WebSocket-Protocol"].map { String($0) }
        let digest = Insecure.SHA1.hash(data: Data((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8))
        self.accept = Data(digest).base64EncodedString()
    }
}

/// What becomes of a handshake.
package enum UpgradeDecision: Sendable {
    /// - Parameters:
    ///   - subprotocol: the one chosen from the client's offer, if any.
    ///   - socket: takes over the connection.
    case accept(subprotocol: String?, socket: @Sendable () -> WebSocket)
    case refuse(ChatError)
    /// Refused in the words of another protocol.
    case answer(UpgradeRefusal)
}
