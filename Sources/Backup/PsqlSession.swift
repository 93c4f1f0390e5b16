import Foundation
import Glibc
import Postgres

/// A `psql` that is told one thing after the other. Whatever it has begun and not committed is undone when it ends, and it
/// ends at the first error, and with us, however we end.
final class PsqlSession: SQLReader {
    private let tool: Tool
    private let observer: Observer
    private var unread: [UInt8] = []
    private var questions = 0

    init(_ programs: ClientPrograms, _ parameters: ConnectionParameters, observer: Observer) throws {
        tool = try Tool(
            programs.psql,
            [
                "--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--no-password", "--set=ON_ERROR_STOP=1",
                "--dbname=\(parameters.argument)",
            ],
            environment: parameters.environment.merging(["PGCLIENTENCODING": "UTF8"]) { first, _ in first },
            input: .dialogue)
        self.observer = observer
    }

    /// Says something, as a person would type it; what it answers is read by the next question.
    func say(_ text: String) throws {
        var text = text + "\n"
        try text.withUTF8 { try send(UnsafeRawBufferPointer($0)) }
    }

    /// - Throws: ``BackupError/programFailed(name:output:)`` if it has ended.
    func send(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            try observer.check()
            guard Tool.isReady(tool.input, POLLOUT) else { continue }
            let part = UnsafeRawBufferPointer(rebasing: rest)
            let flags = Int32(MSG_NOSIGNAL | MSG_DONTWAIT)
            let count = Glibc.send(tool.input, part.baseAddress, part.count, flags)
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EAGAIN, errno != EINTR {
                throw failure()
            }
        }
    }

    func answers(to sql: String) throws -> [String] {
        questions += 1
        let end = "denwa answer \(questions) ends"
        try say("\(sql);\nSELECT '\(end)';")
        var answers: [String] = []
        while true {
            let line = try line()
            guard line != end else { return answers }
            answers.append(line)
        }
    }

    /// Ends it in peace.
    func finish() throws {
        tool.closeInput()
        try tool.finish()
    }

    private func line() throws -> String {
        var searched = 0
        while true {
            if let end = unread[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { unread.removeSubrange(...end) }
                return String(decoding: unread[..<end], as: UTF8.self)
            }
            searched = unread.count
            try readMore()
        }
    }

    private func readMore() throws {
        try observer.check()
        let chunk = 1 << 18
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: chunk, alignment: 16)
        defer { buffer.deallocate() }
        guard let count = try tool.read(into: buffer) else { return }
        guard count > 0 else { throw failure() }
        unread.append(contentsOf: buffer[..<count])
    }

    /// It has ended, or will at once.
    private func failure() -> BackupError {
        do {
            tool.closeInput()
            try tool.finish()
            return .programFailed(name: tool.name, output: "it ended too early.")
        } catch {
            return error
        }
    }
}
