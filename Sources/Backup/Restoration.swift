import Glibc
import Postgres

/// Loads a dump into a database, in one transaction: removing what is there, loading, looking at what was loaded, and what
/// else the caller wants are done together or not at all.
///
/// `pg_restore` makes the statements and `psql` carries them out, with us between them. Only we say COMMIT, so a program that
/// ends too early, one of them or this one, undoes everything. `pg_restore --single-transaction` alone could neither
/// replace what is there nor be looked at before it commits.
struct Restoration {
    let backup: BackupFolder
    /// From its beginning.
    let dump: OpenFile
    let programs: ClientPrograms
    let parameters: ConnectionParameters
    let observer: Observer
    /// Whether what is there is removed first.
    var isReplacing = false

    /// How long others may hold what is to be removed.
    private static let patience = "30s"

    /// - Parameter decide: told what was loaded before it is committed. An error undoes everything.
    /// - Throws: ``BackupError``; what `decide` throws.
    func run(_ decide: (PsqlSession, Content) throws -> Void) throws {
        let session = try PsqlSession(programs, parameters, observer: observer)
        try session.say("SET client_min_messages = warning;\nBEGIN;")
        let begun = try transaction(session)
        if isReplacing {
            try session.say("SET LOCAL lock_timeout = '\(Self.patience)';\n" + DatabaseObjects.removal)
        }
        try load(into: session)
        guard try transaction(session) == begun else { throw BackupError.transactionEnded }
        let content = try ContentScan(reader: session, stage: .comparing, observer: observer).run()
        try decide(session, content)
        try observer.check()
        do {
            _ = try session.answers(to: "COMMIT")
        } catch BackupError.programFailed(_, let output) {
            throw BackupError.outcomeUnknown(output: output)
        } catch BackupError.interrupted {
            // It was said, so it is done, whoever hears the answer.
            throw BackupError.outcomeUnknown(output: "it was interrupted.")
        }
        try session.finish()
    }

    private func transaction(_ session: PsqlSession) throws -> [String] {
        try session.answers(to: "SELECT pg_catalog.txid_current()")
    }

    private func load(into session: PsqlSession) throws {
        dump.rewind()
        let restore = try Tool(
            programs.pgRestore,
            [
                "--file=-", "--exit-on-error", "--no-owner", "--no-privileges", "--no-tablespaces", "--no-publications",
                "--no-subscriptions", "--no-security-labels",
            ],
            environment: [:], input: .file(dump))
        // It answers some of the statements, which nobody wants to know.
        try session.say("\\o /dev/null")
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            try observer.check()
            guard let count = try restore.read(into: buffer) else { continue }
            guard count > 0 else { break }
            try session.send(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            observer.progress(.restoring, dump.offset, backup.manifest.dump.bytes)
        }
        try restore.finish()
        try session.say("\n\\o")
    }
}
