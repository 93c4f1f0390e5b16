import Postgres
import TestSupport
import Testing

@Suite struct ConnectionTests {
    private func connection() throws -> Connection {
        try Connection(url: TestCluster.freshDatabase(migrated: false))
    }

    @Test func sendsAndReadsEveryType() throws {
        let connection = try connection()
        let text = "電話 'quoted' \\ \" 😀\n"
        let none: String? = nil
        let rows = try connection.run(
            """
            SELECT \(Int64.min) AS i, \(true) AS b, \(text) AS t, \(Bytes([0, 255])) AS y, \(none) AS n, 7::smallint AS s,
                \(SQLArray<String>(["a", nil, text])) AS a, \("") AS e
            """)
        let row = try #require(rows.first)
        #expect(try row.get("i", as: Int64.self) == .min)
        #expect(try row.get("b", as: Bool.self))
        #expect(try row.get("t", as: String.self) == text)
        #expect(try row.get("y", as: Bytes.self) == Bytes([0, 255]))
        #expect(try row.optional("n", as: String.self) == nil)
        #expect(try row.get("s", as: Int64.self) == 7)
        #expect(try row.get("e", as: String.self) == "")
        #expect(throws: PostgresError.self) { try row.get("n", as: String.self) }
        #expect(throws: PostgresError.self) { try row.get("missing", as: String.self) }
        #expect(throws: PostgresError.self) { try row.get("t", as: Bool.self) }
    }

    @Test func sendsArrays() throws {
        let connection = try connection()
        let rows = try connection.run(
            "SELECT * FROM unnest(\(SQLArray<Int64>([3, nil, 1]))) WITH ORDINALITY AS x (v, n)")
        #expect(try rows.map { try $0.optional("v", as: Int64.self) } == [3, nil, 1])
        #expect(try connection.run("SELECT 1 FROM unnest(\(SQLArray<String>([])))").count == 0)
    }

    @Test func commitsAPipelineWholeOrNotAtAll() throws {
        let connection = try connection()
        try connection.execute(script: "CREATE TABLE t (n bigint PRIMARY KEY); INSERT INTO t VALUES (1)")
        #expect { try connection.pipeline(["INSERT INTO t VALUES (2)", "INSERT INTO t VALUES (1)"]) } throws: {
            ($0 as? PostgresError)?.isUniqueViolation == true
        }
        #expect(connection.isUsable)
        #expect(try connection.run("SELECT * FROM t").count == 1)
        #expect(try connection.pipeline(["INSERT INTO t VALUES (2)", "SELECT * FROM t"]).last?.count == 2)
    }

    @Test func rollsBackATransactionThatThrows() throws {
        struct Stop: Error {}
        let connection = try connection()
        try connection.execute(script: "CREATE TABLE t (n bigint)")
        #expect(throws: Stop.self) {
            try connection.transaction {
                try connection.run("INSERT INTO t VALUES (1)")
                throw Stop()
            }
        }
        #expect(connection.isUsable)
        #expect(try connection.run("SELECT * FROM t").count == 0)
    }

    /// The session ends while it commits, so nobody can say whether it has; what ends it before that has undone it for certain.
    @Test(arguments: ["", "DEFERRABLE INITIALLY DEFERRED"])
    func tellsACommitWithoutAnAnswer(_ when: String) throws {
        let connection = try connection()
        try connection.execute(
            script: """
                CREATE TABLE t (n bigint);
                CREATE FUNCTION fall() RETURNS trigger LANGUAGE plpgsql AS
                    'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END';
                CREATE CONSTRAINT TRIGGER fall AFTER INSERT ON t \(when) FOR EACH ROW EXECUTE FUNCTION fall()
                """)
        #expect {
            try connection.transaction { try connection.run("INSERT INTO t VALUES (1)") }
        } throws: { error in
            let error = error as? PostgresError
            return error?.kind == .connectionLost && error?.isCommitUnknown == !when.isEmpty
        }
    }

    @Test func saysWhatTheServerSaid() throws {
        let connection = try connection()
        for _ in 0..<2 {
            #expect { try connection.run("SELECT nothing FROM nowhere") } throws: { error in
                let error = error as? PostgresError
                return error?.kind == .server && error?.sqlState == "42P01" && error?.position != nil
                    && error?.isTransient == false
            }
        }
        #expect(try connection.run("SELECT 1").count == 1)
    }

    @Test func manyStatementsStayBounded() throws {
        let connection = try connection()
        for number in 0..<300 {
            let rows = try connection.run("SELECT \(raw: String(number))::bigint AS n")
            #expect(try rows.first?.get("n", as: Int64.self) == Int64(number))
        }
        #expect(try connection.run("SELECT name FROM pg_prepared_statements").count <= 201)
    }

    @Test func givesUpOnASilentServer() throws {
        let connection = try Connection(
            url: TestCluster.freshDatabase(migrated: false), settings: .init(answerWithin: .milliseconds(200)))
        #expect { try connection.run("SELECT pg_sleep(3)") } throws: { ($0 as? PostgresError)?.kind == .connectionLost }
    }

    @Test func namesAnUnreachableServer() {
        #expect { _ = try Connection(url: "postgresql:///x?host=/nonexistent") } throws: { error in
            (error as? PostgresError)?.kind == .unreachable
        }
    }
}

@Suite struct DatabaseTests {
    @Test func replacesAConnectionThatWasLost() async throws {
        let database = Database(url: try TestCluster.freshDatabase(migrated: false), connections: 1)
        await #expect(throws: PostgresError.self) {
            try await database.run { _ = try $0.run("SELECT pg_terminate_backend(pg_backend_pid())") }
        }
        #expect(try await database.run { try $0.run("SELECT 1").count } == 1)
        try await database.shutdown()
    }

    @Test func refusesMoreThanMayWait() async throws {
        let database = Database(url: try TestCluster.freshDatabase(migrated: false), connections: 1, waitingLimit: 2)
        let outcomes = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<6 {
                group.addTask {
                    do {
                        try await database.run { _ = try $0.run("SELECT pg_sleep(0.3)") }
                        return true
                    } catch { return (error as? PostgresError)?.kind != .busy }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.filter { $0 }.count == 2)
        #expect(try await database.run { try $0.run("SELECT 1").count } == 1)
        try await database.shutdown()
    }
}
