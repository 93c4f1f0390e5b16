import Postgres
import Testing

@testable import Backup

@Suite struct ConnectionParametersTests {
    @Test(arguments: [
        "postgresql://hana:s%20cr'et\\@db.example.com:5433/chat?sslmode=require",
        "host=db.example.com port=5433 user=hana dbname=chat sslmode=require password='s cr\\'et\\\\'",
    ])
    func aPasswordGoesToTheEnvironmentAndNowhereElse(_ url: String) throws {
        let parameters = try ConnectionParameters(forProgramsOf: url)
        #expect(parameters.environment == ["PGPASSWORD": "s cr'et\\"])
        #expect(!parameters.argument.contains("cr"))
        for part in ["host='db.example.com'", "port='5433'", "user='hana'", "dbname='chat'", "sslmode='require'"] {
            #expect(parameters.argument.contains(part))
        }
        #expect(parameters.database == "chat")
    }

    @Test func whatIsTakenApartMeansTheSameTogether() throws {
        let parameters = try ConnectionParameters(forProgramsOf: "postgresql://a:b%27%5C@h/d%20e")
        #expect(ConnectionParameters(url: parameters.url) == parameters)
        #expect(parameters.with(database: "other").database == "other")
        #expect(parameters.with(database: "other").environment == parameters.environment)
    }

    @Test func aNameAloneIsADatabase() throws {
        let parameters = try ConnectionParameters(forProgramsOf: "chat")
        #expect(parameters.argument == "dbname='chat'")
        #expect(parameters.environment.isEmpty)
    }

    @Test(arguments: ["postgresql://hana:s%zz@host/db", "postgresql://hana:secret@host/db?nonsense=1", "a=b c=secret"])
    func anErrorDoesNotRepeatTheURL(_ url: String) throws {
        let error = try #require(throws: BackupError.self) { try ConnectionParameters(forProgramsOf: url) }
        #expect(error == .badURL)
        #expect(!error.description.contains("secret"))
        #expect(!error.description.contains("zz"))
    }

    @Test func aSecretThatCannotBeHiddenIsRefused() {
        #expect(throws: BackupError.secretWithoutVariable(keyword: "sslpassword")) {
            try ConnectionParameters(forProgramsOf: "postgresql://h/d?sslpassword=secret")
        }
    }
}
