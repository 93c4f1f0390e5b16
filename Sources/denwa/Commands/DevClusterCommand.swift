import ArgumentParser
import DenwaDev
import Foundation

struct DevClusterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dev-cluster",
        abstract: "Run a throw-away PostgreSQL with an empty database until the standard input ends.",
        discussion: """
            Prints the database's URL. For test scripts.

            EXAMPLE
              denwa dev-cluster
            """,
        shouldDisplay: false)

    func run() async throws {
        Interruption.watch()
        let cluster = try Cluster.temporary()
        defer { cluster.stop() }
        Terminal.data(try cluster.createDatabase("denwa"))
        Interruption.waitForEndOfInput()
    }
}
