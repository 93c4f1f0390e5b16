import DenwaDev
import Foundation
import Migrator
import NIOConcurrencyHelpers
import Postgres
import Schema

/// One throw-away PostgreSQL for all tests of a process, started by the first test that wants a database.
package enum TestCluster {
    private struct State {
        var cluster: Cluster?
        var hasTemplate = false
        var databases = 0
    }

    private static let state = NIOLockedValueBox(State())
    private static let template = "template_migrated"

    /// A database of its own for one test. It goes with the cluster, so nobody has to drop it.
    /// - Parameter migrated: with the newest schema; otherwise empty.
    /// - Returns: its URL.
    package static func freshDatabase(migrated: Bool = true) throws -> String {
        try state.withLockedValue { state in
            let cluster = try running(&state)
            if migrated, !state.hasTemplate {
                try makeTemplate(on: cluster)
                state.hasTemplate = true
            }
            state.databases += 1
            return try cluster.createDatabase("test_\(state.databases)", template: migrated ? template : nil)
        }
    }

    private static func running(_ state: inout State) throws -> Cluster {
        if let cluster = state.cluster { return cluster }
        let cluster = try Cluster.temporary(options: ClusterOptions(durable: false, maxConnections: 600))
        state.cluster = cluster
        atexit { TestCluster.stop() }
        return cluster
    }

    private static func makeTemplate(on cluster: Cluster) throws {
        let connection = try Connection(url: cluster.createDatabase(template), settings: .patient)
        try Migrator(files: Schema.migrations).up(on: connection)
    }

    private static func stop() {
        state.withLockedValue { state in
            state.cluster?.stop()
            state.cluster = nil
        }
    }
}
