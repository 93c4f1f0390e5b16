import ChatServer
import Glibc
import Logging
import NIOCore

/// A server that could not listen: the cause and the cure.
struct ListenError: Error, CustomStringConvertible {
    let host: String
    let port: Int
    let errorNumber: Int32

    var description: String {
        switch errorNumber {
        case EADDRINUSE:
            "Port \(port) on \(host) is in use by another program; stop that one, or choose another port with --port."
        case EACCES:
            "Port \(port) on \(host) needs root; choose one above 1023 with --port, and put a proxy before it."
        case EADDRNOTAVAIL:
            "\(host) is not an address of this machine; choose another with --host."
        default:
            "The server cannot listen on \(host), port \(port): \(String(cString: strerror(errorNumber)))."
        }
    }
}

/// The server's life within a command.
struct ServerRun {
    let configuration: ServerConfiguration

    /// Serves until SIGTERM or SIGINT.
    /// - Throws: ``ListenError``; what the server throws.
    func run(onRunning: @escaping @Sendable (_ port: Int) async -> Void) async throws {
        LoggingSystem.bootstrap(StreamLogHandler.standardError)
        var logger = Logger(label: "denwa")
        logger.logLevel = configuration.logLevel
        do {
            try await ChatApplication(configuration: configuration, logger: logger).run(onRunning: onRunning)
        } catch let error as IOError {
            throw ListenError(host: configuration.host, port: configuration.port, errorNumber: error.errnoCode)
        } catch is SocketAddressError.UnknownHost {
            throw ListenError(host: configuration.host, port: configuration.port, errorNumber: EADDRNOTAVAIL)
        }
    }
}
