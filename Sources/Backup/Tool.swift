import DenwaDev
import Foundation
import Glibc

/// One of PostgreSQL's client programs at work. It is ended when nobody holds it any more.
final class Tool {
    /// What it reads.
    enum Input {
        case nothing
        case file(OpenFile)
        /// What is written to ``Tool/input``.
        case dialogue
    }

    let name: String
    /// Our end of what it writes.
    let output: Int32
    /// Our end of what it reads, a socket, so that a program that has ended is an error and no signal; -1 if there is none.
    private(set) var input: Int32 = -1
    private let errors: Int32
    private let process: ChildProcess
    private var status: Int32?

    /// - Parameters:
    ///   - environment: variables beside ours.
    ///   - input: where its standard input comes from.
    init(
        _ program: String, _ arguments: [String], environment: [String: String], input: Input
    ) throws {
        name = URL(filePath: program).lastPathComponent
        errors = try Self.nameless(name)
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw BackupError.system(name) }
        _ = fcntl(ends[0], F_SETFD, FD_CLOEXEC)
        output = ends[0]
        var sockets: [Int32] = [-1, -1]
        if case .dialogue = input {
            let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
            guard socketpair(AF_UNIX, kind, 0, &sockets) == 0 else { throw BackupError.system(name) }
        }
        self.input = sockets[0]
        defer { for descriptor in [ends[1], sockets[1]] where descriptor >= 0 { close(descriptor) } }
        let descriptor: Int32? =
            switch input {
            case .nothing: nil
            case .file(let file): file.descriptor
            case .dialogue: sockets[1]
            }
        process = try ChildProcess(
            program, arguments, input: descriptor, output: ends[1], errors: errors,
            environment: ProcessInfo.processInfo.environment.merging(environment) { _, ours in ours })
    }

    deinit {
        stop()
        closeInput()
        close(output)
        close(errors)
    }

    /// Where it writes what is wrong: a file without a name, so that it never waits for us to read.
    private static func nameless(_ name: String) throws -> Int32 {
        var path = Array("/tmp/denwa-output-XXXXXX".utf8CString)
        let descriptor = mkstemp(&path)
        guard descriptor >= 0 else { throw BackupError.system(name) }
        unlink(path)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        return descriptor
    }

    /// It is told that nothing more comes.
    func closeInput() {
        if input >= 0 { close(input) }
        input = -1
    }

    /// Waits for its end.
    /// - Throws: ``BackupError/programFailed(name:output:)``.
    func finish() throws(BackupError) {
        guard wait() == 0 else { throw .programFailed(name: name, output: complaint) }
    }

    private func wait() -> Int32 {
        let status = self.status ?? process.wait()
        self.status = status
        return status
    }

    /// Ends it, if it still runs: with SIGTERM, at which it tells the server, and after two seconds with SIGKILL.
    func stop() {
        guard status == nil else { return }
        kill(process.pid, SIGTERM)
        let deadline = ContinuousClock.now + .seconds(2)
        while ContinuousClock.now < deadline {
            if let status = process.poll() {
                self.status = status
                return
            }
            usleep(10_000)
        }
        kill(process.pid, SIGKILL)
        _ = wait()
    }

    /// Its own words, in one line.
    var complaint: String {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = buffer.withUnsafeMutableBytes { pread(errors, $0.baseAddress, $0.count, 0) }
        let lines = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self).split(separator: "\n")
        guard !lines.isEmpty else { return "it ended with \(status ?? 0) and said nothing." }
        return lines.prefix(4).map { $0.trimmingCharacters(in: .whitespaces) }.joined(separator: " | ")
    }

    /// Waits until there is something to read or to write, or for a fifth of a second.
    /// - Parameter events: of `poll`.
    /// - Returns: whether there is, or the other side has ended.
    static func isReady(_ descriptor: Int32, _ events: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(truncatingIfNeeded: events), revents: 0)
        return poll(&entry, 1, 200) > 0
    }

    /// Reads what it has written, or waits a fifth of a second for it.
    /// - Returns: how many bytes are in the buffer; 0 at the end, `nil` if there is nothing yet.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(BackupError) -> Int? {
        guard Self.isReady(output, POLLIN) else { return nil }
        let count = Glibc.read(output, buffer.baseAddress, buffer.count)
        if count < 0, errno == EINTR { return nil }
        guard count >= 0 else { throw .system(name) }
        return count
    }
}
