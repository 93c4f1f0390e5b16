import ChatCore
import ChatStore
import Limits
import NIOConcurrencyHelpers
import NIOCore

/// Who has made a connection, before they say more.
struct Visitor: Sendable {
    let presented: Authenticator.Presented
    let place: LoginPlace
    let address: IPAddress
    let guest = SharedGuest()
}

/// The one guest that a connection is in all its namespaces.
final class SharedGuest: Sendable {
    private let token = NIOLockedValueBox<EventLoopFuture<SecretToken>?>(nil)

    /// - Parameter make: called for the first namespace, and again if that failed.
    func token(
        on eventLoop: any EventLoop, _ make: @escaping @Sendable () async throws -> SecretToken
    ) async throws -> SecretToken {
        let future = token.withLockedValue { token in
            if let token { return token }
            let made = eventLoop.makeFutureWithTask(make)
            token = made
            return made
        }
        do {
            return try await future.get()
        } catch {
            // Another namespace may have begun anew by now.
            token.withLockedValue { if $0 === future { $0 = nil } }
            throw error
        }
    }
}
