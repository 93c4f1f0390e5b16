import DenwaDev
import Foundation
import Glibc
import NIOConcurrencyHelpers
import NIOPosix

/// `denwa serve` as a child process that is started again whenever it ends, as an init system would do.
///
/// It ends with us, whatever ends us: a thread of ours that lives as long starts it, and its death is the child's.
final class ServerProcess: Sendable {
    private struct State {
        var pid: Int32?
        var isWanted = true
        /// What is expected to end it.
        var expected: Set<Int32> = []
        var starts = 0
    }

    let log: String
    private let arguments: [String]
    private let variables: [String: String]
    private let answerTimes: AnswerTimes
    private let state = NIOLockedValueBox(State())
    private let keeper = NIOThreadPool(numberOfThreads: 1)
    private let complain: @Sendable (String) -> Void

    /// Exit codes of a server that found no database when it started (docs/cli.md).
    private static let databaseUnavailable: Int32 = 69

    /// - Parameters:
    ///   - options: more of `denwa serve`.
    ///   - variables: of its environment, beside ours.
    ///   - log: where its standard error goes.
    ///   - answerTimes: told when it stands still.
    ///   - complain: told of an end that nobody caused.
    init(
        databaseURL: String, port: Int, options: [String], variables: [String: String], log: String,
        answerTimes: AnswerTimes, complain: @escaping @Sendable (String) -> Void
    ) {
        self.arguments =
            [
                "serve", "--database-url", databaseURL, "--host", "127.0.0.1", "--port", "\(port)", "--default-room",
                "lobby", "--heartbeat-seconds", "\(Stage.heartbeatSeconds)", "--log-level", "error",
            ] + options
        self.variables = variables
        self.log = log
        self.answerTimes = answerTimes
        self.complain = complain
    }

    func start() {
        keeper.start()
        keeper.submit { state in
            guard state == .active else { return }
            self.keep()
        }
    }

    var starts: Int { state.withLockedValue { $0.starts } }

    /// Ends it for good: SIGTERM, and SIGKILL after some seconds.
    func end() async throws {
        state.withLockedValue { $0.isWanted = false }
        await terminate(within: .seconds(15))
        try await keeper.shutdownGracefully()
    }

    func kill() { signal(SIGKILL, ends: 128 + SIGKILL) }

    func freeze() {
        answerTimes.froze()
        signal(SIGSTOP, ends: nil)
    }

    func thaw() {
        signal(SIGCONT, ends: nil)
        answerTimes.thawed()
    }

    /// Asks it to end, and insists after a time, which is a complaint. Waits for that unless the task is cancelled.
    func terminate(within patience: Duration) async {
        let asked = state.withLockedValue { $0.pid }
        signal(SIGTERM, ends: 0)
        let deadline = ContinuousClock.now + patience
        while let asked, !Task.isCancelled, state.withLockedValue({ $0.pid }) == asked {
            if ContinuousClock.now > deadline {
                complain("the server had not ended \(patience) after SIGTERM")
                return kill()
            }
            try? await Task.sleep(for: .milliseconds(10))
        }
    }

    private func signal(_ number: Int32, ends code: Int32?) {
        state.withLockedValue { state in
            guard let pid = state.pid else { return }
            if let code { state.expected.insert(code) }
            Glibc.kill(pid, number)
        }
    }

    // MARK: - On the keeper's thread

    private func keep() {
        let output = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        defer { close(output) }
        while let child = launch(output) {
            let status = child.wait()
            let wasExpected = state.withLockedValue { state in
                defer { (state.pid, state.expected) = (nil, []) }
                // SIGTERM may come before the server has its handler, and then ends it like any program.
                return state.expected.contains(status) || (state.expected.contains(0) && status == 128 + SIGTERM)
            }
            if !wasExpected, status != Self.databaseUnavailable {
                complain("the server ended by itself with \(status): \(lastLog)")
            }
            usleep(50_000)
        }
    }

    private func launch(_ output: Int32) -> ChildProcess? {
        state.withLockedValue { state in
            guard state.isWanted else { return nil }
            // Settings of the surroundings are not for this server.
            let environment = ProcessInfo.processInfo.environment.filter {
                !$0.key.hasPrefix("DENWA_") && $0.key != "DATABASE_URL"
            }.merging(variables) { $1 }
            let words = ["--pdeathsig", "KILL", "--", "/proc/\(getpid())/exe"] + arguments
            do {
                let child = try ChildProcess("/usr/bin/setpriv", words, output: output, environment: environment)
                (state.pid, state.starts) = (child.pid, state.starts + 1)
                return child
            } catch {
                complain("\(error)")
                return nil
            }
        }
    }

    private var lastLog: String {
        let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").suffix(3).joined(separator: " | ")
    }
}
