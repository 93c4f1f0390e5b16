import ChatStore
import NIOConcurrencyHelpers
import NIOPosix
import Testing

@testable import ChatServer

@Suite(.timeLimit(.minutes(1))) struct SharedGuestTests {
    private let eventLoop = MultiThreadedEventLoopGroup.singleton.any()

    @Test func allNamespacesAreTheSameGuest() async throws {
        let guest = SharedGuest()
        let made = NIOLockedValueBox(0)
        let tokens = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<16 {
                group.addTask {
                    try await guest.token(on: eventLoop) {
                        made.withLockedValue { $0 += 1 }
                        try await Task.sleep(for: .milliseconds(20))
                        return SecretToken()
                    }.text
                }
            }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(tokens.count == 1 && made.withLockedValue { $0 } == 1)
    }

    @Test func whatFailedIsTriedAgain() async throws {
        struct NoRoom: Error {}
        let guest = SharedGuest()
        await #expect(throws: NoRoom.self) { try await guest.token(on: eventLoop) { throw NoRoom() } }
        let token = SecretToken()
        #expect(try await guest.token(on: eventLoop) { token }.text == token.text)
        #expect(try await guest.token(on: eventLoop) { throw NoRoom() }.text == token.text)
    }
}
