package import Logging

/// Everything that can be set, read once at the start. docs/configuration.md says what each is for.
package struct ServerConfiguration: Sendable {
    package var databaseURL: String
    package var host = "127.0.0.1"
    /// 0 takes any free port.
    package var port = 3001
    /// Where browsers reach the server; its origin may open sockets. Empty: `http://localhost:` and the port.
    package var publicURL = ""
    /// Further origins whose pages may use the server.
    package var allowedOrigins: [String] = []
    package var defaultRoom = "lobby"
    package var databaseConnections = 4
    package var passwordMinimum = 15
    package var passwordSlots = 2
    package var passwordQueue = 64
    package var heartbeatSeconds = 25
    package var logLevel = Logger.Level.info

    package init(databaseURL: String) {
        self.databaseURL = databaseURL
    }

    var publicOrigin: String { publicURL.isEmpty ? "http://localhost:\(port)" : publicURL }

    /// Browsers send the session cookie only over https then.
    var isSecure: Bool { publicOrigin.lowercased().hasPrefix("https://") }
}
