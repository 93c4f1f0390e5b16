import ChatCore
import ChatRealtime
import ChatStore
import Postgres

/// Hears which sessions have ended, whoever ended them, and closes their sockets; those of a socket that was being opened at
/// that moment among them. Notes which sessions are in use.
///
/// An end is stamped a moment before it is committed, so a question looks back further than to the last one. It does not look back
/// for ever: after a silence, and every now and then, it is asked of every open session whether it is over.
struct SessionWatch {
    /// Without an answer for longer, an end may have been missed. Half of what a question looks back, so that as much is left for
    /// the way from the stamp to the commit.
    private static let longestSilence = Duration.milliseconds(2500)
    /// Questions between two looks at every open session, and two notes of what was used with a request: 10 s.
    private static let lookEvery = 20
    /// Questions between two notes of which sessions have a socket open: half an hour.
    private static let touchEvery = 3600
    /// Sessions of one statement.
    private static let batch = 5000

    private let database: Database
    private let hub: Hub
    private let uses: SessionUses
    /// When the last question was asked that has had an answer.
    private var asked = ContinuousClock.now
    private var questions = 0
    private var owesLook = false

    init(_ database: Database, hub: Hub, uses: SessionUses) {
        self.database = database
        self.hub = hub
        self.uses = uses
    }

    /// Asks who has ended a moment ago. To be called twice a second.
    mutating func ask() async throws {
        let now = ContinuousClock.now
        if asked.duration(to: now) > Self.longestSilence { owesLook = true }
        hub.end(Set(try await database.run { try Sessions.endedRecently(on: $0) }))
        asked = now
        questions += 1
        if questions.isMultiple(of: Self.lookEvery) { owesLook = true }
    }

    /// Looks at every open session, and notes what is used, if it is time. To be called after ``ask()`` has had an answer, from
    /// the database that the sessions are of.
    mutating func look() async throws {
        if owesLook { try await lookAtAll() }
        if questions.isMultiple(of: Self.lookEvery) { try await touchUsed() }
        if questions.isMultiple(of: Self.touchEvery) { try await touchOpen() }
    }

    /// What was used since the last note is noted before the server ends.
    func finish() async throws { try await touchUsed() }

    private mutating func lookAtAll() async throws {
        for sessions in batches(of: try await hub.openSessions()) {
            hub.end(Set(try await database.run { try Sessions.over(among: sessions, on: $0) }))
        }
        owesLook = false
    }

    private func touchUsed() async throws {
        let used = uses.take()
        do { try await touch(used) } catch {
            uses.giveBack(used)
            throw error
        }
    }

    /// Who has a socket open uses the session, even without a word.
    private func touchOpen() async throws {
        uses.forget()
        try await touch(hub.openSessions())
    }

    private func touch(_ sessions: some Collection<SessionID>) async throws {
        for sessions in batches(of: sessions) {
            try await database.run { try Sessions.touch(sessions, on: $0) }
        }
    }

    private func batches(of sessions: some Collection<SessionID>) -> [[SessionID]] {
        let all = Array(sessions)
        return stride(from: 0, to: all.count, by: Self.batch).map { Array(all[$0..<min($0 + Self.batch, all.count)]) }
    }
}
