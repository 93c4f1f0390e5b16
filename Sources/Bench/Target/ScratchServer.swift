import ChatClient
import DenwaDev
import Foundation
import Glibc
import NIOConcurrencyHelpers

/// A server of this very program on a PostgreSQL of its own, both for one measurement only. If this process dies without
/// ``stop()``, they end as well.
package final class ScratchServer: Sendable {
    private let program: String
    private let databaseURL: String
    private let cluster: Cluster
    private let process = NIOLockedValueBox<ServerChild?>(nil)

    /// Starts PostgreSQL; blocks meanwhile.
    /// - Parameter program: a `denwa`; its `serve` is measured.
    /// - Throws: `ClusterError`, `PostgresError`.
    package init(program: String) throws {
        // Durable, and with PostgreSQL's own defaults: as its users have it.
        let cluster = try Cluster.temporary(options: .init())
        do {
            databaseURL = try cluster.createDatabase("denwa")
        } catch {
            cluster.stop()
            throw error
        }
        self.program = program
        self.cluster = cluster
    }

    /// A server that has just started, on the same database; the one before is ended. Blocks until it listens.
    /// - Throws: ``BenchFailure/serverDidNotStart(_:)``, `ClusterError`.
    package func fresh() throws -> BenchTarget {
        try process.withLockedValue { process in
            process?.stop()
            process = nil
            let new = try ServerChild(program, databaseURL: databaseURL)
            process = new
            return BenchTarget(new.address, pid: new.pid, databaseFolder: cluster.folder)
        }
    }

    /// Ends both and removes the data.
    package func stop() {
        process.withLockedValue { process in
            process?.stop()
            process = nil
        }
        cluster.stop()
    }
}

/// `denwa serve` as a child process.
private struct ServerChild: Sendable {
    let address: ServerAddress
    var pid: Int32 { server.pid }
    private let server: ChildProcess
    /// A small process that outlives us and then ends the server, so that not even `kill -9` leaves one.
    private let guardian: ChildProcess
    /// The guardian waits for its end, which comes with ours.
    private let lifeline: Int32

    private static let patience = Duration.seconds(30)
    private static let guardianScript = "trap '' HUP INT TERM; read -r _; kill -KILL \"$1\" 2>/dev/null"

    init(_ program: String, databaseURL: String) throws {
        // A file, not a pipe: nobody reads on once the server runs.
        var path = Array("/tmp/denwa-output-XXXXXX".utf8CString)
        let output = mkstemp(&path)
        guard output >= 0 else { throw BenchFailure.serverDidNotStart(String(cString: strerror(errno))) }
        unlink(path)
        defer { close(output) }
        server = try ChildProcess(
            program,
            ["serve", "--database-url", databaseURL, "--port", "0", "--auto-migrate", "--log-level", "error"],
            output: output)
        var ends: [Int32] = [-1, -1]
        do {
            guard pipe(&ends) == 0 else { throw BenchFailure.serverDidNotStart(String(cString: strerror(errno))) }
            lifeline = ends[1]
            defer { close(ends[0]) }
            guardian = try ChildProcess(
                "/bin/sh", ["-c", Self.guardianScript, "denwa-guardian", "\(server.pid)"], input: ends[0])
            address = try Self.address(of: server, output)
        } catch {
            kill(server.pid, SIGKILL)
            server.wait()
            close(ends[1])
            throw error
        }
    }

    func stop() {
        kill(guardian.pid, SIGKILL)
        guardian.wait()
        close(lifeline)
        kill(server.pid, SIGTERM)
        server.wait()
    }

    /// Waits until the server says where it listens.
    private static func address(of server: ChildProcess, _ output: Int32) throws -> ServerAddress {
        let deadline = ContinuousClock.now + patience
        while ContinuousClock.now < deadline {
            let text = contents(of: output)
            let url = text.split(separator: "\n").lazy.compactMap {
                $0.split(separator: " listens on ").dropFirst().first
            }
            if let address = url.first.flatMap({ ServerAddress(url: String($0)) }) { return address }
            if let status = server.poll() {
                throw BenchFailure.serverDidNotStart(text.isEmpty ? "it ended with status \(status)." : text)
            }
            usleep(20_000)
        }
        throw BenchFailure.serverDidNotStart("it did not listen within \(patience). \(contents(of: output))")
    }

    private static func contents(of file: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 16_384)
        let count = pread(file, &bytes, bytes.count, 0)
        return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
    }
}
