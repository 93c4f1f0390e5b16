import Backup
import DenwaDev
import Foundation
import Glibc
import Postgres

/// Why PostgreSQL's programs did not do their work: the cause and the cure.
enum DumpError: Error, Equatable, CustomStringConvertible {
    case badURL
    case failed(program: String, output: String)

    var description: String {
        switch self {
        case .badURL: "The database URL cannot be handed to pg_dump; write it as postgresql://user@host/database."
        case .failed(let program, let output): "\(program) failed: \(output)"
        }
    }
}

/// `pg_dump` and `psql` at work.
struct DumpPrograms {
    private let programs: ClientPrograms

    /// - Throws: `BackupError.noPrograms`; `PostgresError`.
    init(for connection: Connection) throws {
        programs = try ClientPrograms.forDump(from: connection.serverMajor(), among: ClientPrograms.installed())
    }

    /// What `pg_dump` writes.
    /// - Throws: ``DumpError``; `ClusterError`.
    func dump(_ database: ConnectionParameters, _ options: [String]) throws -> String {
        let ends = try Self.pipeEnds()
        let errors = try Complaints()
        let process = try start(programs.pgDump, options, database, input: nil, output: ends[1], errors)
        close(ends[1])
        let data = try? FileHandle(fileDescriptor: ends[0], closeOnDealloc: true).readToEnd()
        try errors.check("pg_dump", process.wait())
        return String(decoding: data ?? Data(), as: UTF8.self)
    }

    /// Copies what `pg_dump` writes into another database.
    /// - Throws: ``DumpError``; `ClusterError`.
    func copy(_ database: ConnectionParameters, to other: ConnectionParameters, _ options: [String]) throws {
        let ends = try Self.pipeEnds()
        let (dumpErrors, loadErrors) = (try Complaints(), try Complaints())
        let load = ["--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1", "--single-transaction"]
        let reader = try start(programs.psql, load, other, input: ends[0], output: nil, loadErrors)
        close(ends[0])
        defer { _ = reader.wait() }
        let writer: ChildProcess
        do {
            defer { close(ends[1]) }
            writer = try start(programs.pgDump, options, database, input: nil, output: ends[1], dumpErrors)
        }
        let (wrote, read) = (writer.wait(), reader.wait())
        // A reader that gave up early is the cause of the writer's end.
        try loadErrors.check("psql", read)
        try dumpErrors.check("pg_dump", wrote)
    }

    /// - Returns: where to read, and where to write.
    private static func pipeEnds() throws(DumpError) -> [Int32] {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw .failed(program: "pipe", output: String(cString: strerror(errno))) }
        return ends
    }

    private func start(
        _ program: String, _ options: [String], _ database: ConnectionParameters, input: Int32?, output: Int32?,
        _ errors: Complaints
    ) throws -> ChildProcess {
        let variables = database.environment.merging(["PGCLIENTENCODING": "UTF8"]) { first, _ in first }
        return try ChildProcess(
            program, options + ["--dbname=\(database.argument)"], input: input, output: output,
            errors: errors.descriptor,
            environment: ProcessInfo.processInfo.environment.merging(variables) { _, ours in ours })
    }
}

/// Where a program writes what is wrong: a file without a name, so that it never waits for us to read.
private final class Complaints {
    let descriptor: Int32

    init() throws {
        var path = Array("/tmp/denwa-output-XXXXXX".utf8CString)
        descriptor = mkstemp(&path)
        guard descriptor >= 0 else {
            throw DumpError.failed(program: "mkstemp", output: String(cString: strerror(errno)))
        }
        unlink(path)
    }

    deinit { close(descriptor) }

    /// - Throws: ``DumpError/failed(program:output:)`` unless the status is 0.
    func check(_ program: String, _ status: Int32) throws(DumpError) {
        guard status != 0 else { return }
        var buffer = [UInt8](repeating: 0, count: 2000)
        let count = buffer.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
        let text = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
        let lines = text.split(separator: "\n").prefix(4).joined(separator: " | ")
        throw .failed(program: program, output: lines.isEmpty ? "it ended with \(status)." : lines)
    }
}
