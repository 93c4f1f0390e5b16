import ArgumentParser

struct ConfigurationTableCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "configuration-table",
        abstract: "Print the table of docs/configuration.md.",
        shouldDisplay: false)

    func run() {
        Terminal.data(ConfigurationKey.markdownTable)
    }
}
