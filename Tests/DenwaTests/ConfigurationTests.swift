import ArgumentParser
import ChatServer
import Configuration
import Foundation
import Testing

@testable import denwa

@Suite final class ConfigurationTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "denwa-\(UUID().uuidString)")

    init() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    @Test func takesTheDefaultsWhereNothingIsSet() throws {
        let settings = try Settings([])
        #expect(settings.server.port == 3001)
        #expect(settings.server.passwordMinimum == 15)
        #expect(throws: ConfigurationError.noDatabase) { try settings.databaseURL() }
    }

    @Test func aFlagWinsOverTheEnvironmentAndThatOverTheFile() throws {
        let origins = #""allowedOrigins": ["https://a.example"]"#
        let path = try file(#"{"port": 1, "host": "file", "defaultRoom": "file", \#(origins)}"#)
        let variables = ["DENWA_PORT": "2", "DENWA_HOST": "environment", "DENWA_DEFAULT_ROOM": ""]
        var sources = [ConfigurationSource.commandLine(["port": "3"])]
        sources += try ConfigurationSource.environment(variables)
        sources.append(try ConfigurationFile.read(path))
        let server = try Settings(sources).server
        #expect(server.port == 3)
        #expect(server.host == "environment")
        #expect(server.defaultRoom == "file")
        #expect(server.allowedOrigins == ["https://a.example"])
    }

    @Test func readsTheDatabaseFromItsUsualVariable() throws {
        let url = "postgresql:///chat"
        #expect(try Settings(ConfigurationSource.environment(["DATABASE_URL": url])).databaseURL() == url)
        let both = ["DATABASE_URL": "postgresql:///other", "DENWA_DATABASE_URL": url]
        #expect(try Settings(ConfigurationSource.environment(both)).databaseURL() == url)
    }

    @Test(arguments: ConfigurationKey.all) func everyKeyIsReadFromEverySource(_ key: ConfigurationKey) throws {
        let (text, json) = try #require(Self.examples[key.name], "\(key.name) needs an example here")
        let sources = try [
            .commandLine([key.name: text]), ConfigurationSource.environment([key.variable: text])[0],
            ConfigurationFile.read(file(#"{"\#(key.name)": \#(json)}"#)),
        ]
        for source in sources {
            let content = try #require(try source.value(of: key))
            var settings = Settings.standard
            key.apply(content, &settings)
            #expect("\(settings)" != "\(Settings.standard)")
        }
        #expect(ServerOptions.helpMessage(columns: 500).contains("\(key.flag)"))
    }

    @Test func aPepperIsAFileWithASecret() throws {
        func settings(_ path: String) throws -> Settings {
            try Settings([.commandLine(["passwordPepperFile": path])])
        }
        let path = try file("0123456789abcdef0123456789abcdef\n")
        _ = try settings(path).serverConfiguration()
        for bad in [try file("too short"), path + "-which-is-not-there"] {
            let settings = try settings(bad)
            #expect {
                _ = try settings.serverConfiguration()
            } throws: {
                "\($0)".contains("16 bytes or more") && "\($0)".contains(bad)
            }
        }
    }

    @Test func namesTheNearestKey() throws {
        #expect(throws: ConfigurationError.unknownVariable("DENWA_PROT", nearest: "DENWA_PORT")) {
            try ConfigurationSource.environment(["DENWA_PROT": "1", "PATH": "/bin"])
        }
        let path = try file(#"{"pasword-minimum": 8}"#)
        #expect(throws: ConfigurationError.unknownMember("pasword-minimum", file: path, nearest: "passwordMinimum")) {
            try ConfigurationFile.read(path)
        }
    }

    @Test func aBadValueIsNamedWithItsPlace() throws {
        func message(_ source: ConfigurationSource) -> String {
            do {
                _ = try Settings([source])
                return ""
            } catch {
                return error.description
            }
        }
        let range = "it has to be a whole number from 0 to 65535."
        #expect(message(.commandLine(["port": "70000"])) == "--port sets port to `70000`; \(range)")
        #expect(message(.commandLine(["port": "abc"])) == "--port sets port to `abc`; \(range)")
        let environment = try ConfigurationSource.environment(["DENWA_PORT": "-1"])[0]
        #expect(message(environment) == "DENWA_PORT sets port to `-1`; \(range)")
        let path = try file(#"{"port": "3001"}"#)
        #expect(try message(ConfigurationFile.read(path)) == "`port` in \(path) sets port to `3001`; \(range)")
        #expect(message(.commandLine(["publicURL": "chat.example.com"])).contains("--public-url"))
        #expect(message(.commandLine(["allowedOrigins": "https://a.example/x"])).contains("--allowed-origins"))
        #expect(message(.commandLine(["logLevel": "loud"])).contains("`trace`, `debug`, `info`"))
        #expect(!message(.commandLine(["databaseURL": ""])).contains("postgresql://secret"))
    }

    @Test(arguments: ["", "[]", "{", #"{"port": {}}"#, #"{"port": [1, "a"]}"#])
    func refusesTheFile(_ text: String) throws {
        let path = try file(text)
        #expect(throws: ConfigurationError.self) { try ConfigurationFile.read(path) }
    }

    @Test func theDocumentHasTheTable() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let document = try String(contentsOf: root.appending(path: "docs/configuration.md"), encoding: .utf8)
        #expect(document.contains(ConfigurationKey.markdownTable), "paste the output of `denwa configuration-table`")
    }

    @Test func countsEdits() {
        #expect("kitten".editDistance(to: "sitting") == 3)
        #expect("".editDistance(to: "abc") == 3)
        #expect("same".editDistance(to: "SAME") == 0)
    }

    /// A value other than the default, as text and in JSON.
    private static let examples: [String: (text: String, json: String)] = [
        "databaseURL": ("postgresql:///x", #""postgresql:///x""#),
        "host": ("0.0.0.0", #""0.0.0.0""#),
        "port": ("8080", "8080"),
        "publicURL": ("https://chat.example.com", #""https://chat.example.com""#),
        "allowedOrigins": ("https://a.example, http://b.example:3000", #"["https://a.example"]"#),
        "defaultRoom": ("hall", #""hall""#),
        "databaseConnections": ("8", "8"),
        "signUp": ("invite", #""invite""#), "guests": ("true", "true"), "secondFactor": ("everybody", #""everybody""#),
        "passwordMinimum": ("8", "8"),
        "passwordSlots": ("61", "61"),
        "socketIoPath": ("/chat/", #""/chat/""#), "socketIoHistory": ("0", "0"),
        "socketIoWithoutRecovery": ("/,/rooms/lobby", #"["/", "/rooms/lobby"]"#),
        "passwordQueue": ("10", "10"),
        "passwordMemory": ("65536", "65536"),
        "passwordPasses": ("3", "3"),
        "passwordPepperFile": ("/etc/denwa/pepper", #""/etc/denwa/pepper""#),
        "passwordOldPepperFiles": ("/etc/denwa/old", #"["/etc/denwa/old"]"#),
        "trustedProxies": ("10.0.0.0/8, 192.0.2.1", #"["10.0.0.0/8"]"#),
        "heartbeatSeconds": ("5", "5"),
        "logLevel": ("debug", #""debug""#),
        "autoMigrate": ("true", "true"),
        "unsafeDurability": ("yes", "true"),
    ]

    private func file(_ text: String) throws -> String {
        let path = folder.appending(path: "\(UUID().uuidString).json").path
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }
}
