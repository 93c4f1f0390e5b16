package import Postgres

/// How far `up` goes.
package struct UpLimits: Sendable, Equatable {
    /// The last version; `nil` is the newest.
    package var version: Int?
    /// At most so many files.
    package var steps: Int?

    /// Everything that is pending, unless something is given.
    package init(version: Int? = nil, steps: Int? = nil) {
        self.version = version
        self.steps = steps
    }

    /// - Throws: ``MigrationError`` if the version does not exist or lies behind.
    package func check(_ plan: MigrationPlan) throws(MigrationError) {
        guard let version else { return }
        let head = plan.applied.last?.version ?? 0
        let newest = plan.pending.last?.version ?? head
        guard (1...max(1, newest)).contains(version) else { throw .unknownVersion(version, newest: newest) }
        guard version >= head else { throw .notAhead(version: version, head: head) }
    }

    /// What is to be applied.
    package func pending(of plan: MigrationPlan) -> [Migration] {
        Array(plan.pending.filter { $0.version <= version ?? .max }.prefix(steps ?? .max))
    }

    func after(_ count: Int) -> UpLimits {
        UpLimits(version: version, steps: steps.map { max(0, $0 - count) })
    }
}

extension Migrator {
    /// Applies what is pending. Takes no lock if there is nothing to do.
    /// - Parameters:
    ///   - limits: everything, unless they say otherwise.
    ///   - onApplied: called after each commit.
    /// - Returns: what this call applied; another process may have applied the rest.
    /// - Throws: ``MigrationError`` with everything before the failed file applied; `PostgresError`.
    @discardableResult
    package func up(
        _ limits: UpLimits = .init(), on connection: Connection, onApplied: (Migration) -> Void = { _ in }
    ) throws -> [Migration] {
        var done: [Migration] = []
        let plan = try status(on: connection)
        try limits.check(plan)
        // What the texts alone tell is told before anything is changed.
        for migration in limits.pending(of: plan) { try migration.check() }
        guard !limits.pending(of: plan).isEmpty else { return [] }
        var looksForDrift = true
        while try !limits.after(done.count).pending(of: status(on: connection)).isEmpty {
            try prepareTable(on: connection)
            guard let migration = try applyNext(limits.after(done.count), &looksForDrift, on: connection) else {
                continue
            }
            done.append(migration)
            onApplied(migration)
        }
        return done
    }

    /// What was changed by hand is recorded with the next file as if that had done it, so somebody has to be told before. With the
    /// lock held, so that nothing is taken for it that another process is about to record.
    private func tellOfDrift(on connection: Connection) throws {
        let table = MigrationTable(connection: connection)
        let state = try table.state()
        guard let recorded = try table.newestSnapshot(state) else { return }
        let live = try SchemaCatalog(connection: connection, schema: state.schema).snapshot()
        // Another server may write the same things differently; `verify` says so.
        guard live.server == recorded.server else { return }
        let names = live.differences(from: recorded).map(\.name)
        guard !names.isEmpty else { return }
        let more = names.count > 5 ? " and \(names.count - 5) more" : ""
        notice(
            "The schema is not as the migrations have left it: \(names.prefix(5).joined(separator: ", "))\(more). "
                + "What is applied now records that as right. Put it into a migration, or undo it, if other databases are to "
                + "be the same.")
    }

    private enum Step {
        case nothing
        case applied(Migration)
        /// Has to be begun in another way.
        case alone(Migration)
    }

    /// - Returns: `nil` if somebody else was faster; what is left has to be looked at anew.
    private func applyNext(
        _ limits: UpLimits, _ looksForDrift: inout Bool, on connection: Connection
    ) throws -> Migration? {
        let step = try patience.retrying(on: connection, notice: notice) {
            try holdingLock(on: connection) { () -> Step in
                guard let migration = try limits.pending(of: status(on: connection)).first else { return .nothing }
                if looksForDrift { try tellOfDrift(on: connection) }
                looksForDrift = false
                guard migration.mode == .transaction else { return .alone(migration) }
                try run(migration.upFile, on: connection) { try insert(migration, $0, on: connection) }
                return .applied(migration)
            }
        }
        switch step {
        case .nothing: return nil
        case .applied(let migration): return migration
        case .alone(let migration): return try applyAlone(migration, on: connection)
        }
    }

    /// - Returns: `nil` if somebody else was faster.
    private func applyAlone(_ migration: Migration, on connection: Connection) throws -> Migration? {
        try holdingLock(on: connection) { () -> Migration? in
            guard try status(on: connection).pending.first?.version == migration.version else { return nil }
            try runAlone(migration.upFile, on: connection) { try insert(migration, $0, on: connection) }
            return migration
        }
    }

    func insert(_ migration: Migration, _ snapshot: SchemaSnapshot?, on connection: Connection) throws {
        try MigrationTable(connection: connection).insert(.init(migration: migration, snapshot: snapshot))
    }
}

extension Migration {
    /// What can be told from the text alone.
    /// - Throws: ``MigrationError`` if the up section cannot be run.
    package func check() throws(MigrationError) {
        switch mode {
        case .transaction: try upFile.check()
        case .alone: _ = try LoneStatement(upFile)
        }
    }

    var upFile: SQLFile {
        SQLFile(name: file, section: up, outcome: mode == .alone ? .perhapsInPart : .notApplied)
    }

    var downFile: SQLFile {
        SQLFile(name: file, section: down, outcome: mode == .alone ? .perhapsTakenBack : .notTakenBack)
    }
}
