import Passwords
import Testing

@testable import ChatServer

@Suite(.timeLimit(.minutes(1))) struct LogInEntranceTests {
    @Test func refusesAtOnceWhenAllPlacesAreTaken() async throws {
        let entrance = LogInEntrance(places: 2)
        try await entrance.pass {
            try await entrance.pass {
                for _ in 0..<3 {
                    await #expect(throws: PasswordHasher.Failure.busy) {
                        try await entrance.pass { Issue.record("There is no third place.") }
                    }
                }
            }
            // The refused have taken no place with them.
            try await entrance.pass {}
        }
    }

    @Test func whoFailsLeavesItsPlace() async throws {
        let entrance = LogInEntrance(places: 1)
        for _ in 0..<3 {
            await #expect(throws: CancellationError.self) { try await entrance.pass { throw CancellationError() } }
        }
        #expect(try await entrance.pass { 7 } == 7)
    }
}
