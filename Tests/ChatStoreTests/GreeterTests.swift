import ChatCore
import ChatStore
import Logging
import NIOCore
import NIOPosix
import Postgres
import TestSupport
import Testing

@Suite struct GreeterTests {
    private let eventLoop = MultiThreadedEventLoopGroup.singleton.next()

    private func greeter(_ database: Database) -> Greeter {
        Greeter(store: Store(database, logger: Logger(label: "test")), patience: .minutes(1))
    }

    /// More than one round trip takes, from several people, with tokens among them that prove nothing.
    @Test func givesEverybodyTheirOwnAnswer() async throws {
        try await House.with { house in
            var tokens: [(token: SecretToken, handle: String?)] = []
            for index in 0..<5 {
                let token = SecretToken()
                let account = try await house.database.run { connection in
                    try Accounts.signUp(
                        Handle("user\(index)"), displayName: DisplayName("U"), passwordHash: "x", token: token,
                        at: LoginPlace(device: "", address: nil),
                        on: connection)
                }.session.account
                for room in 0..<index { _ = try await house.room("room-\(index)-\(room)", members: [account]) }
                tokens.append((token, "user\(index)"))
            }
            tokens.append((SecretToken(), nil))
            let greeter = greeter(house.database)
            let questions = (0..<400).map { tokens[$0 % tokens.count] }
            let answers = questions.map { greeter.greet($0.token, on: eventLoop) }
            for (index, (question, answer)) in zip(questions, answers).enumerated() {
                guard let handle = question.handle else {
                    await #expect(throws: ChatError.notAuthenticated) { _ = try await answer.get() }
                    continue
                }
                let (session, rooms) = try await answer.get()
                let number = index % tokens.count
                #expect(session.account.handle.description == handle)
                #expect(rooms.map(\.name.description) == (0..<number).map { "room-\(number)-\($0)" })
                #expect(rooms.allSatisfy { $0.head == 1 && $0.read == 1 })
            }
        }
    }

    @Test func failsEverybodyWhenTheDatabaseIsAway() async throws {
        let database = Database(url: "postgresql://nobody@/nothing?host=/nowhere", connections: 1)
        let greeter = greeter(database)
        let answers = (0..<200).map { _ in greeter.greet(SecretToken(), on: eventLoop) }
        for answer in answers {
            await #expect { _ = try await answer.get() } throws: { ChatError.has(.storageUnavailable)($0) }
        }
        // And it asks again afterwards.
        await #expect { _ = try await greeter.greet(SecretToken(), on: eventLoop).get() } throws: {
            ChatError.has(.storageUnavailable)($0)
        }
        try await database.shutdown()
    }
}
