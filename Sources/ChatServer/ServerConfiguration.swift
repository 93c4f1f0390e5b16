import Limits
package import Logging
import NIOCore
package import PasswordPolicy
package import Passwords
package import SecondFactor
package import SocketIO

/// Everything that can be set, read once at the start. docs/configuration.md says what each is for.
package struct ServerConfiguration: Sendable {
    /// A libpq URL, `postgresql://user@host/database`.
    package var databaseURL: String
    /// An address of this machine to listen on; `0.0.0.0` is every network.
    package var host = "127.0.0.1"
    /// 0 takes any free port.
    package var port = 3001
    /// Where browsers reach the server; its origin may open sockets. Empty: `http://localhost:` and the port.
    package var publicURL = ""
    /// Further origins whose pages may use the server.
    package var allowedOrigins: [String] = []
    /// The name of the room that every new account is a member of. It is made at the start if it is not there.
    package var defaultRoom = "lobby"
    /// Connections for requests and sockets, 1 to 200. The room writer and the database watch have their own.
    package var databaseConnections = 4
    /// The fewest characters of a new password, 8 to 256.
    package var passwordMinimum = 15
    /// The memory of one hash in KiB, 19,456 to 131,072.
    package var passwordMemory = 19_456
    /// How often that memory is gone through, 1 to 10.
    package var passwordPasses = 2
    /// Secrets that go into every hash.
    package var peppers = Peppers.none
    /// What the secrets of authenticator apps are stored with; made of the peppers.
    package var seal = SecretSeal(current: nil, previous: [])
    /// Who may make an account.
    package var signUp = SignUpPolicy.open
    /// Whether people may come in under a name, without a password.
    package var guests = false
    /// Who has to have a second factor.
    package var secondFactor = SecondFactorPolicy.optional
    /// Proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed: addresses and ranges.
    package var trustedProxies = ["127.0.0.0/8", "::1"]
    /// Passwords hashed at once, 1 to 64, each with ``passwordMemory``. As many as there are processors, and 16 at most, because
    /// each keeps its memory.
    package var passwordSlots = min(max(System.coreCount, 1), 16)
    /// Log-ins and sign-ups that may wait for a slot, 1 to 10,000. More are told to retry.
    package var passwordQueue = 64
    /// How often a socket hears from the server, 1 to 300 seconds.
    package var heartbeatSeconds = 25
    /// Where Socket.IO clients connect; a path with a slash at both ends.
    package var socketIOPath = "/socket.io/"
    /// What Socket.IO clients get when they come.
    package var socketIO = RoomGate.Settings()
    /// The least serious messages that are logged.
    package var logLevel = Logger.Level.info

    /// The cost of a new hash.
    package var hashParameters: PasswordHasher.Parameters {
        .init(memoryKiB: UInt32(passwordMemory), passes: UInt32(passwordPasses))
    }

    /// Which new passwords are taken.
    package var passwordPolicy: PasswordPolicy {
        PasswordPolicy(minimum: passwordMinimum, contextWords: ["denwa", publicHost])
    }

    /// Everything else as it is when nobody has set it.
    package init(databaseURL: String) {
        self.databaseURL = databaseURL
    }

    /// Scheme, host and port under which browsers reach the server.
    package var publicOrigin: String { publicURL.isEmpty ? "http://localhost:\(port)" : publicURL }

    /// The name of the site, as people know it.
    var publicHost: String {
        let authority = publicOrigin.split(separator: "://", maxSplits: 1).last.map(String.init) ?? ""
        guard !authority.hasPrefix("[") else { return authority.prefix { $0 != "]" } + "]" }
        return String(authority.split(separator: ":").first ?? "")
    }

    /// The same as ranges.
    var proxies: [AddressRange] { trustedProxies.compactMap { AddressRange($0) } }

    var transport: TransportPolicy { TransportPolicy(isSecure: isSecure, proxies: proxies) }

    /// Browsers send the session cookie only over https then.
    package var isSecure: Bool { publicOrigin.lowercased().hasPrefix("https://") }
}
