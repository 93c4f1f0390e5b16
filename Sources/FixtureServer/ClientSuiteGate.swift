import ChatCore
import NIOCore
import SocketIO

/// What the published tests of socket.io-client expect of their server.
struct ClientSuiteGate: SocketIOGate {
    private static let namespaces: Set = ["/", "/foo", "/timeout_socket", "/valid", "/asd", "/abc"]

    let recoveries: SuiteRecoveries
    /// Of the client's first request.
    let query: HandshakeQuery

    func enter(_ socket: NamespaceSocket, auth: ByteBuffer?) -> any NamespaceHandler {
        let handshake = #"{"query":\#(query.json),"auth":\#(auth.map { String(buffer: $0) } ?? "{}")}"#
        if let reason = refusal(of: socket.name) {
            socket.refuse(reason, data: nil)
            return SuiteHandler(socket, SuiteVisit(socket.name, handshake: handshake), recoveries)
        }
        let known = recovered(auth, in: socket.name)
        var visit = known?.visit ?? SuiteVisit(socket.name, handshake: handshake)
        visit.handshake = handshake
        socket.accept(sid: visit.sid, pid: visit.pid)
        if let known { socket.write(known.missed) }
        let handler = SuiteHandler(socket, visit, recoveries)
        if socket.name == "/abc" { handler.emit("handshake", handshake) }
        return handler
    }

    private func refusal(of namespace: String) -> String? {
        if namespace == "/no" { return "Auth failed (custom namespace)" }
        guard Self.namespaces.contains(namespace) else { return "Invalid namespace" }
        let fails = namespace == "/" && !(query["fail"] ?? "").isEmpty
        return fails ? "Auth failed (main namespace)" : nil
    }

    private func recovered(_ auth: ByteBuffer?, in namespace: String) -> (visit: SuiteVisit, missed: ByteBuffer)? {
        guard let object = try? auth?.withUnsafeReadableBytes({ try JSONParser.object($0) }),
            case .string(let pid) = object["pid"], case .string(let offset) = object["offset"]
        else { return nil }
        return recoveries.take(pid: pid, offset: offset, in: namespace)
    }
}
