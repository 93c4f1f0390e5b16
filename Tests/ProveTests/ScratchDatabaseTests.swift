import NIOPosix
import Postgres
import Testing

@testable import Prove

@Suite struct ScratchDatabaseTests {
    /// The room writer's and the watch's as well as those of requests; not our own.
    @Test func endsEveryConnectionOfTheServer() async throws {
        let database = try await ScratchDatabase.start(acceptLoss: false, on: MultiThreadedEventLoopGroup.singleton)
        let names = ["denwa", "denwa writer", "denwa watch"]
        let connections = names.map { name in
            Database(url: database.serverURL, connections: 1, settings: .init(applicationName: name))
        }
        for connection in connections { _ = try await connection.run { try $0.run("SELECT 1").count } }
        try await database.terminateBackends(all: false)
        #expect(database.terminated.values.reduce(0, +) == 1)
        // The one that was ended may hear of it only when it asks; then it is made anew.
        for connection in connections where (try? await connection.run { try $0.run("SELECT 1").count }) == nil {
            _ = try await connection.run { try $0.run("SELECT 1").count }
        }
        let before = database.terminated
        try await database.terminateBackends(all: true)
        for name in names { #expect(database.terminated[name, default: 0] - before[name, default: 0] == 1, "\(name)") }
        #expect(Set(database.terminated.keys) == Set(names))
        for connection in connections { try await connection.shutdown() }
        await database.stop()
    }
}
