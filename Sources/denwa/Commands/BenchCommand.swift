import ArgumentParser
import Bench
import ChatClient
import Foundation
import Glibc

struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure a server under load.",
        discussion: """
            Without --url it measures this program's own server on a PostgreSQL of its
            own, and removes both. With --url it makes accounts and rooms on that server,
            which stay: do not point it at a chat that people use.

            SCENARIOS
            \(Scenario.allCases.map { "  \($0.rawValue): \($0.summary)" }.joined(separator: "\n"))
              all: every one of them

            EXAMPLES
              denwa bench
              denwa bench small fan100 --seconds 30 --runs 3 --json
              denwa bench steady --url http://localhost:3001 --pid 4711

            The exit code is 1 if a message was lost, repeated or out of order, or if a
            figure that has a bound is above it.
            """)

    @Argument(help: "What to measure; default: \(Scenario.short.map(\.rawValue).joined(separator: " ")).")
    var scenarios: [String] = []
    @Option(help: "A running server, as http://host:port.") var url: String?
    @Option(help: "The running server's process on this machine, to measure its CPU and memory.") var pid: Int32?
    @Option(help: "How long to measure, in seconds.") var seconds = 10.0
    @Option(help: "How long the load runs before that, in seconds.") var warmup = 2.0
    @Option(help: "Bytes of a message's text, 1 to 8000.") var body = 128
    @Option(help: "Accounts that the sockets share, 16 to 1000.") var accounts = 64
    @Option(help: "How often to run each scenario; the median counts.") var runs = 1
    @Option(help: "Event loops of the load generator.") var threads = 1
    @Option(help: "Use rooms that are there, named so with 1, 2, 3, … behind it.") var rooms: String?
    @Flag(help: "Print one JSON object instead of tables.") var json = false

    func validate() throws {
        let isSane =
            (0.1...3_600).contains(seconds) && (0...3_600).contains(warmup) && (1...8_000).contains(body)
            && (16...1_000).contains(accounts) && (1...100).contains(runs) && (1...64).contains(threads)
        guard isSane else { throw ValidationError("A number is out of bounds; see `denwa bench --help`.") }
        guard url != nil || pid == nil else { throw ValidationError("--pid goes with --url.") }
        guard url != nil || rooms == nil else { throw ValidationError("--rooms goes with --url.") }
        _ = try chosenScenarios()
    }

    func run() async throws {
        let options = BenchOptions(
            scenarios: try chosenScenarios(), seconds: seconds, warmup: warmup, body: body, accounts: accounts,
            runs: runs, threads: threads, rooms: rooms)
        try Bench.allowOpenFiles(for: options)
        let report: BenchReport
        if let url {
            guard let address = try ServerAddress(url: url)?.resolved() else { throw BenchFailure.badURL(url) }
            report = try await measure(options) { [pid] in BenchTarget(address, pid: pid) }
        } else {
            report = try await measureOwnServer(options)
        }
        Terminal.data(json ? try report.json() : report.table)
        if report.hasFailed { throw ExitCode.failure }
    }

    private func measureOwnServer(_ options: BenchOptions) async throws -> BenchReport {
        Interruption.watch()
        let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let server = try ScratchServer(program: program)
        defer { server.stop() }
        return try await measure(options) { try server.fresh() }
    }

    private func measure(
        _ options: BenchOptions, _ target: @escaping @Sendable () throws -> BenchTarget
    ) async throws -> BenchReport {
        let progress = Progress(isTerminal: isatty(STDERR_FILENO) == 1) { Terminal.write($0, to: STDERR_FILENO) }
        return try await Bench(options, target: target, progress: progress) { Interruption.happened }.run()
    }

    private func chosenScenarios() throws -> [Scenario] {
        if scenarios.isEmpty { return Scenario.short }
        if scenarios == ["all"] { return Scenario.allCases }
        return try scenarios.map { name in
            guard let scenario = Scenario(rawValue: name) else {
                let names = Scenario.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("There is no scenario \(name); there are \(names).")
            }
            return scenario
        }
    }
}
