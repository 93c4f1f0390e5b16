import ArgumentParser
import ChatClient
import Foundation
import NIOCore
import NIOPosix

/// A server to talk to, and as whom.
struct ServerAccess: ParsableArguments {
    @Option(help: "The server, as http://host:port.") var url = "http://localhost:3001"
    @Option(help: "Log in under this handle; the password is asked for, or is the first line of the standard input.")
    var handle: String?

    /// Where a token is taken from if there is no `--handle`.
    static let tokenVariable = "DENWA_TOKEN"

    func address() throws -> ServerAddress {
        guard let address = ServerAddress(url: url) else {
            throw ValidationError(
                "--url is http://host:port; behind TLS, use the address that the server itself listens on.")
        }
        return address
    }

    /// A token that is good on the server.
    /// - Throws: `ValidationError` if nobody is named; `ClientFailure` if the server refuses.
    func token(_ api: ChatAPI) async throws -> String {
        if let handle {
            let secret = Terminal.askSecret("Password of \(handle):") ?? readLine()
            guard let secret else { throw ValidationError("No password was given.") }
            return try await api.logIn(handle: handle, password: secret).token
        }
        guard let token = ProcessInfo.processInfo.environment[Self.tokenVariable], !token.isEmpty else {
            throw ValidationError(
                "Nobody is named: set \(Self.tokenVariable) to a token (denwa bot token …), or give --handle.")
        }
        return token
    }

    /// Calls `body` with a client that lives as long.
    func withAPI<T>(_ body: (ChatAPI, String) async throws -> T) async throws -> T {
        let api = ChatAPI(HTTPClient(try address(), on: MultiThreadedEventLoopGroup.singleton.any()))
        defer { api.http.close() }
        let token = try await token(api)
        let isOurs = handle != nil
        do {
            let value = try await body(api, token)
            if isOurs { try? await api.logOut(token: token) }
            return value
        } catch {
            if isOurs { try? await api.logOut(token: token) }
            throw error
        }
    }
}
