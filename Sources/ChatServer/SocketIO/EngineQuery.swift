import HTTPTypes
import SocketIO

/// What the address of an Engine.IO request says.
struct EngineQuery: Equatable {
    let transport: String?
    let sid: String?
    let version: String?
    /// What the client tells its requests apart by.
    let mark: String?

    /// - Parameter uri: path and query. What is percent-encoded is none of ours.
    init(uri: String) {
        var values: [Substring: String] = [:]
        let query = uri.split(separator: "?", maxSplits: 1).dropFirst().first ?? ""
        for pair in query.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, values[parts[0]] == nil else { continue }
            values[parts[0]] = String(parts[1])
        }
        (transport, sid, version, mark) = (values["transport"], values["sid"], values["EIO"], values["t"])
    }

    /// Whether it makes sense, in the order in which the reference server looks.
    /// - Parameter isUpgrade: it is the handshake of a WebSocket.
    func check(_ method: HTTPRequest.Method, isUpgrade: Bool) throws(EngineError) {
        guard transport == "polling" || transport == "websocket" else { throw .unknownTransport }
        let fits = isUpgrade == (transport == "websocket")
        guard sid == nil else {
            guard fits else { throw .badRequest }
            return
        }
        guard method == .get else { throw .badMethod }
        guard fits else { throw .badRequest }
        guard version == "4" else { throw .unsupportedProtocol }
    }
}
