package import ChatCore
package import ChatRealtime
package import NIOCore

/// The namespaces of a chat: `/` is the default room, `/rooms/<name>` is that room.
package struct RoomGate: SocketIOGate {
    private let defaultRoom: RoomName
    private let settings: Settings
    private let environment: SocketSession.Environment
    private let admission: RoomAdmission

    /// What an operator may choose.
    package struct Settings: Sendable {
        /// Messages that a client gets that was not here before, 0 to 200.
        package var history = 50
        /// Namespaces in which a client that comes back counts as one that was not here before.
        package var namespacesWithoutRecovery: [String] = []

        /// History of 50 messages, and recovery everywhere.
        package init() {}
    }

    /// - Parameters:
    ///   - defaultRoom: what `/` is.
    ///   - admission: asked for each client and namespace.
    package init(
        defaultRoom: RoomName, settings: Settings, environment: SocketSession.Environment, admission: RoomAdmission
    ) {
        self.defaultRoom = defaultRoom
        self.settings = settings
        self.environment = environment
        self.admission = admission
    }

    /// Lets the client in later, or refuses: a namespace without a room, a bad `auth`, or what the admission fails with.
    package func enter(_ socket: NamespaceSocket, auth: ByteBuffer?) -> any NamespaceHandler {
        let handler = RoomHandler(
            socket, environment, isRecoverable: !settings.namespacesWithoutRecovery.contains(socket.name))
        do throws(ChatError) {
            let auth = try ConnectAuth(auth, defaultHistory: settings.history)
            handler.enter(try room(socket.name), auth, admission)
        } catch {
            handler.refuse(error)
        }
        return handler
    }

    private func room(_ namespace: String) throws(ChatError) -> RoomName {
        if namespace == "/" { return defaultRoom }
        guard namespace.hasPrefix("/rooms/"), let room = try? RoomName(String(namespace.dropFirst(7))) else {
            throw .invalidNamespace
        }
        return room
    }
}

extension ChatError {
    static let invalidNamespace = ChatError(
        .roomNotFound, #"There is no such namespace. "/" is the default room, "/rooms/<name>" is that room."#,
        field: "namespace")
}
