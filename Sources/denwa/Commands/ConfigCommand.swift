import ArgumentParser

struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Check the settings, or show them and where each comes from.",
        discussion: """
            EXAMPLES
              denwa config check --config /etc/denwa.json
              denwa config show --origins
            """,
        subcommands: [Check.self, Show.self])

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check",
            abstract: "Say whether a server could start with the settings. Starts nothing, and needs no database.",
            discussion: """
                Exit codes: 0 they can be used, 2 they can be used but want attention, 78 they cannot.

                EXAMPLE
                  denwa config check --config /etc/denwa.json
                """)

        @OptionGroup var options: ServerOptions

        func run() throws {
            let settings = try options.settings()
            _ = try settings.databaseURL()
            let findings = try SettingsCheckup(server: settings.serverConfiguration()).findings
            for finding in findings where finding.level != .ok {
                Terminal.say("\(finding.check): \(finding.text) \(finding.cure)")
            }
            Terminal.say("The settings can be used.")
            guard findings.allSatisfy({ $0.level == .ok }) else { throw ExitCode(Finding.Level.attention.exitCode) }
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Print every setting as it applies. Secrets are not shown.",
            discussion: """
                EXAMPLES
                  denwa config show --origins
                  denwa config show --json --config /etc/denwa.json
                """)

        @OptionGroup var options: ServerOptions
        @Flag(help: "Show where each comes from: a flag, a variable, the file, or nowhere.") var origins = false
        @Flag(help: "Print one JSON object a line.") var json = false

        func run() throws {
            let sources = try options.file.sources(flags: options.flags)
            let rows = try ConfigurationKey.all.map { key in try SettingRow(key, sources) }
            guard !json else { return rows.forEach { JSONLine.show($0.members) } }
            var table = TextTable(origins ? ["SETTING", "VALUE", "FROM"] : ["SETTING", "VALUE"])
            for row in rows { table.add([row.key, row.value, row.origin ?? "default"]) }
            Terminal.data(table)
        }
    }
}

/// A setting as it applies.
private struct SettingRow {
    let key: String
    let value: String
    /// `nil` for the default.
    let origin: String?

    init(_ key: ConfigurationKey, _ sources: [ConfigurationSource]) throws {
        self.key = key.name
        for source in sources {
            guard let found = try source.shown(key) else { continue }
            (value, origin) = found
            return
        }
        (value, origin) = (key.defaultText.replacing("`", with: ""), nil)
    }

    var members: [String: Any?] { ["setting": key, "value": value, "from": origin] }
}
