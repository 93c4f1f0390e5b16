import CLibPQ
import Glibc

/// One connection to PostgreSQL. Not `Sendable`: it lives on the thread that opened it, and ``Database`` lends it out.
///
/// Everything is sent as a pipeline: the statements up to a sync point travel in one round trip and form one
/// transaction, which is committed at that point (PostgreSQL manual, "Pipeline Mode").
package final class Connection {
    private let handle: OpaquePointer
    private let url: String
    private let settings: ConnectionSettings
    private var answerWithin: Duration? { settings.answerWithin }
    /// When whoever waits for the answers gives up, however many are still to come.
    var answersBy: ContinuousClock.Instant?
    /// Statement names by SQL text.
    private var prepared: [String: String] = [:]
    private var lastStatement = 0

    /// Above this many different statements new ones are sent unprepared, so that the server's memory stays bounded.
    private static let preparedLimit = 200

    /// - Parameters:
    ///   - url: a libpq connection string or URI.
    ///   - settings: connection options that apply where the URL does not set them.
    /// - Throws: ``PostgresError`` of kind `unreachable`.
    package init(url: String, settings: ConnectionSettings = .init()) throws(PostgresError) {
        var parameters = settings.parameters
        parameters.append(("dbname", url))
        let keys = parameters.map { strdup($0.0) }
        let values = parameters.map { strdup($0.1) }
        defer { (keys + values).forEach { free($0) } }
        let keyPointers = keys.map { UnsafePointer($0) } + [nil]
        let valuePointers = values.map { UnsafePointer($0) } + [nil]
        guard let handle = PQconnectdbParams(keyPointers, valuePointers, 1) else {
            throw PostgresError(.unreachable, "libpq could not allocate a connection")
        }
        guard PQstatus(handle) == CONNECTION_OK else {
            let message = String(cString: PQerrorMessage(handle)).trimmed
            PQfinish(handle)
            throw PostgresError(.unreachable, message)
        }
        // Notices are for a person at a terminal; a server's log is not the place.
        PQsetNoticeProcessor(handle, { _, _ in }, nil)
        // A server that stands still takes no more than its socket's buffer, and libpq would wait for ever.
        PQsetnonblocking(handle, 1)
        self.handle = handle
        self.url = url
        self.settings = settings
    }

    /// One more connection, made in the same way.
    /// - Throws: ``PostgresError`` of kind `unreachable`.
    package func another() throws(PostgresError) -> Connection { try Connection(url: url, settings: settings) }

    /// The same, for a statement that may take long: no limits that a role or a database may have, and the server notices within a
    /// second that this program has ended. A pooler may not take such options; then it is a connection like this one.
    /// - Throws: ``PostgresError`` of kind `unreachable`.
    package func anotherPatient() throws(PostgresError) -> Connection {
        var settings = settings
        settings.options = "-c statement_timeout=0 -c lock_timeout=0 -c idle_in_transaction_session_timeout=0"
        // PostgreSQL 14 learned that.
        if PQserverVersion(handle) >= 140_000 { settings.options? += " -c client_connection_check_interval=1000" }
        do { return try Connection(url: url, settings: settings) } catch { return try another() }
    }

    deinit { PQfinish(handle) }

    /// Whether the connection may be used again.
    package var isUsable: Bool { PQstatus(handle) == CONNECTION_OK && PQtransactionStatus(handle) == PQTRANS_IDLE }

    /// The database's name.
    package var database: String { PQdb(handle).map { String(cString: $0) } ?? "" }

    /// `host:port`, or the folder of the Unix socket.
    package var host: String {
        let host = PQhost(handle).map { String(cString: $0) } ?? ""
        return host.hasPrefix("/") ? host : host + ":" + (PQport(handle).map { String(cString: $0) } ?? "")
    }

    /// Whether the server has ended the connection since it was last used. Nothing else makes an idle one readable but
    /// notices, which are read away.
    var hasEnded: Bool {
        var descriptor = pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0)
        // The last words of a server come before the end, and one call reads only those.
        while poll(&descriptor, 1, 0) > 0 {
            guard PQconsumeInput(handle) == 1, PQstatus(handle) == CONNECTION_OK else { return true }
        }
        return false
    }

    /// Runs one statement.
    @discardableResult
    package func run(_ query: Query) throws(PostgresError) -> Rows {
        let answers = try pipeline([query])
        guard let rows = answers.first else { throw .decoding("a statement without an answer") }
        return rows
    }

    /// Runs statements in one round trip and, outside ``transaction(_:)``, as one transaction. Each sees what was
    /// committed when it starts.
    /// - Returns: one answer a statement, after the server has reported the commit.
    package func pipeline(_ queries: [Query]) throws(PostgresError) -> [Rows] {
        guard PQenterPipelineMode(handle) == 1 else { throw lost() }
        var steps: [Step] = []
        for query in queries { try send(query, &steps) }
        guard PQpipelineSync(handle) == 1 else { throw lost() }
        try flush()
        let answers = try collect(steps)
        guard PQexitPipelineMode(handle) == 1 else { throw lost() }
        switch answers {
        case .success(let rows): return rows
        case .failure(let error): throw error
        }
    }

    /// Runs several statements, separated by semicolons and without values, for migrations and seeds.
    package func execute(script: String) throws(PostgresError) {
        guard PQsendQuery(handle, script) == 1 else { throw lost() }
        try flush()
        var failure: PostgresError?
        var answers = 0
        while let result = try nextResult() {
            if failure == nil, var error = Self.failure(in: result, sql: script) {
                error.statement = answers
                failure = error
            }
            answers += 1
            PQclear(result)
        }
        if let failure { throw failure }
    }

    /// Runs `body` between BEGIN and COMMIT; an error rolls back.
    package func transaction<T>(_ body: () throws -> T) throws -> T {
        try execute(script: "BEGIN")
        do {
            let value = try body()
            try commit()
            return value
        } catch {
            if PQtransactionStatus(handle) != PQTRANS_IDLE { try? execute(script: "ROLLBACK") }
            throw error
        }
    }

    private func commit() throws(PostgresError) {
        do throws(PostgresError) {
            try execute(script: "COMMIT")
        } catch {
            var error = error
            error.isCommitUnknown = error.kind == .connectionLost
            throw error
        }
    }

    // MARK: - The wire

    /// What the next answer in the pipeline belongs to.
    private enum Step {
        case prepare(sql: String, name: String)
        case execute(sql: String)
    }

    private func send(_ query: Query, _ steps: inout [Step]) throws(PostgresError) {
        let parameters = query.parameters
        let types = parameters.map { Oid($0.type) }
        let count = Int32(truncatingIfNeeded: parameters.count)
        let name = try prepare(query.sql, types: types, &steps)
        let storage = parameters.flatMap { $0.bytes ?? [] }
        let lengths = parameters.map { Int32(truncatingIfNeeded: $0.bytes?.count ?? 0) }
        let formats = [Int32](repeating: 1, count: parameters.count)
        let sent = storage.withUnsafeBufferPointer { buffer in
            let empty: [CChar] = [0]
            return empty.withUnsafeBufferPointer { empty in
                var offset = 0
                let values = parameters.map { parameter -> UnsafePointer<CChar>? in
                    guard let bytes = parameter.bytes else { return nil }
                    defer { offset += bytes.count }
                    guard !bytes.isEmpty, let base = buffer.baseAddress else { return empty.baseAddress }
                    return UnsafeRawPointer(base + offset).assumingMemoryBound(to: CChar.self)
                }
                return name.map { PQsendQueryPrepared(handle, $0, count, values, lengths, formats, 1) }
                    ?? PQsendQueryParams(handle, query.sql, count, types, values, lengths, formats, 1)
            }
        }
        guard sent == 1 else { throw lost() }
        steps.append(.execute(sql: query.sql))
    }

    /// - Returns: the statement's name, or `nil` if it is to be sent unprepared.
    private func prepare(_ sql: String, types: [Oid], _ steps: inout [Step]) throws(PostgresError) -> String? {
        if let name = prepared[sql] { return name }
        for case .prepare(sql, let name) in steps { return name }
        guard settings.preparesStatements, prepared.count < Self.preparedLimit else { return nil }
        lastStatement += 1
        let name = "s\(lastStatement)"
        guard PQsendPrepare(handle, name, sql, Int32(truncatingIfNeeded: types.count), types) == 1 else { throw lost() }
        steps.append(.prepare(sql: sql, name: name))
        return name
    }

    /// Reads every answer up to the sync point; the first error wins, later statements were not run.
    private func collect(_ steps: [Step]) throws(PostgresError) -> Result<[Rows], PostgresError> {
        var rows: [Rows] = []
        var failure: PostgresError?
        for step in steps {
            guard let result = try nextResult() else { throw lost() }
            switch step {
            case .prepare(let sql, let name):
                if let error = Self.failure(in: result, sql: sql) {
                    failure = failure ?? error
                } else if failure == nil {
                    prepared[sql] = name
                }
                PQclear(result)
            case .execute(let sql):
                if let error = Self.failure(in: result, sql: sql) {
                    failure = failure ?? error
                    PQclear(result)
                } else {
                    rows.append(Rows(result))
                }
            }
            guard try nextResult() == nil else { throw lost() }
        }
        guard let sync = try nextResult() else { throw lost() }
        defer { PQclear(sync) }
        if PQresultStatus(sync) != PGRES_PIPELINE_SYNC {
            failure = failure ?? Self.failure(in: sync, sql: nil) ?? lost()
        }
        return failure.map { .failure($0) } ?? .success(rows)
    }

    private static func failure(in result: OpaquePointer, sql: String?) -> PostgresError? {
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY, PGRES_PIPELINE_SYNC: nil
        default: PostgresError(result: result, sql: sql)
        }
    }

    /// Sends all that libpq holds, without trusting the server to ever take it.
    private func flush() throws(PostgresError) {
        let end = nextAnswerBy
        while case let left = PQflush(handle), left != 0 {
            guard left == 1 else { throw lost() }
            try wait(for: POLLIN | POLLOUT, until: end)
        }
    }

    /// Waits for the next result without trusting the server to ever answer.
    private func nextResult() throws(PostgresError) -> OpaquePointer? {
        if PQisBusy(handle) == 1 {
            let end = nextAnswerBy
            repeat { try wait(for: POLLIN, until: end) } while PQisBusy(handle) == 1
        }
        let result = PQgetResult(handle)
        if result == nil, PQstatus(handle) != CONNECTION_OK { throw lost() }
        if let result, PQstatus(handle) != CONNECTION_OK {
            defer { PQclear(result) }
            throw PostgresError(.connectionLost, String(cString: PQresultErrorMessage(result)).trimmed)
        }
        return result
    }

    /// When a server that says nothing from now on counts as lost.
    private var nextAnswerBy: ContinuousClock.Instant? {
        [answerWithin.map { .now + $0 }, answersBy].compactMap { $0 }.min()
    }

    /// Waits until the connection can be read from, or written to, and reads what there is.
    private func wait(for events: CInt, until end: ContinuousClock.Instant?) throws(PostgresError) {
        var descriptor = pollfd(fd: PQsocket(handle), events: Int16(events), revents: 0)
        let timeout = end.map { max(0, ($0 - .now) / .milliseconds(1)) } ?? -1
        let ready = poll(&descriptor, 1, timeout < 0 ? -1 : Int32(min(timeout.rounded(.up), 86_400_000)))
        guard ready != 0 else { throw PostgresError(.connectionLost, "PostgreSQL did not answer in time") }
        guard ready > 0 || errno == EINTR, PQconsumeInput(handle) == 1 else { throw lost() }
    }

    private func lost() -> PostgresError {
        PostgresError(.connectionLost, String(cString: PQerrorMessage(handle)).trimmed)
    }
}
