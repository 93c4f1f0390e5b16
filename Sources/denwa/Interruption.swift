import Glibc
import Synchronization

private let interrupted = Atomic<Bool>(false)

/// Remembers a Ctrl-C or SIGTERM that comes before the server is there to take it, so that what was started is stopped.
enum Interruption {
    static var happened: Bool { interrupted.load(ordering: .relaxed) }

    /// The server takes the signals over when it starts. A terminal that goes away counts as SIGTERM.
    static func watch() {
        // Touched once here, because the first use of a global is no work for a signal handler.
        guard !happened else { return }
        signal(SIGINT) { _ in interrupted.store(true, ordering: .relaxed) }
        signal(SIGTERM) { _ in interrupted.store(true, ordering: .relaxed) }
        signal(SIGHUP) { _ in kill(getpid(), SIGTERM) }
    }

    /// Returns after that time, or earlier if one of the signals comes.
    static func sleep(milliseconds: Int32) {
        guard !happened else { return }
        poll(nil, 0, milliseconds)
    }

    /// Runs something that does not end by itself, and cancels it when one of the signals comes.
    static func racing(_ body: @escaping @Sendable () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask(operation: body)
            group.addTask { while !happened { try await Task.sleep(for: .milliseconds(100)) } }
            defer { group.cancelAll() }
            do { try await group.next() } catch is CancellationError {}
        }
    }

    /// Returns when the standard input ends or one of the signals comes.
    static func waitForEndOfInput() {
        var descriptor = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        var byte: UInt8 = 0
        while !happened {
            guard poll(&descriptor, 1, 100) > 0 else { continue }
            guard read(STDIN_FILENO, &byte, 1) > 0 else { return }
        }
    }
}
