import ArgumentParser
import ChatServer
import Foundation
import Postgres

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Look at the settings, the database and this machine; or measure what a password's hash may cost.",
        discussion: """
            Each finding has a cause, and a cure if something is to be done. It changes nothing.
            Exit codes: 0 all is well, 2 something wants attention, 1 something is wrong.

            EXAMPLES
              denwa doctor --config /etc/denwa.json
              denwa doctor --json --database-url postgresql:///denwa
              denwa doctor --calibrate --memory 512
            """)

    @OptionGroup var file: FileOptions
    @Option(help: .key("databaseURL")) var databaseURL: String?
    @Option(help: .key("publicURL")) var publicURL: String?
    @Flag(help: "Leave out what reads the whole log.") var quick = false
    @Flag(help: "Measure, and print settings for passwords.") var calibrate = false
    @Option(help: "MiB for the hashes of all slots together, 19 or more.") var memory = 128
    @Option(help: .key("passwordSlots")) var passwordSlots: String?
    @Flag(help: "Print JSON: one object a finding, or with --calibrate what a configuration file may have.") var json =
        false

    func validate() throws {
        guard memory >= 19 else { throw ValidationError("--memory is 19 or more: a hash takes no less.") }
    }

    func run() async throws {
        let settings = try file.settings(flags: [
            "databaseURL": databaseURL, "publicURL": publicURL, "passwordSlots": passwordSlots,
        ])
        guard !calibrate else {
            let calibration = PasswordCalibration(memoryMiB: memory, slots: settings.server.passwordSlots, json: json)
            return try await calibration.run()
        }
        let findings = try await findings(settings)
        findings.forEach(show)
        let worst = findings.map(\.level).max() ?? .ok
        guard worst == .ok else { throw ExitCode(worst.exitCode) }
    }

    private func findings(_ settings: Settings) async throws -> [Finding] {
        let server = settings.server
        var findings = SettingsCheckup(server: server).findings
        findings += databaseFindings(settings)
        findings += try await MachineCheckup(passwords: server.hashParameters).findings()
        findings.append(UpgradeCheckup(publicOrigin: server.publicOrigin, path: server.socketIOPath).finding())
        return findings
    }

    private func databaseFindings(_ settings: Settings) -> [Finding] {
        do {
            let connection = try Connection(url: settings.databaseURL(), settings: .patient)
            let findings = try DatabaseCheckup(connection: connection).findings()
            let hasLog = !findings.contains { $0.level == .failed && $0.check == "schema" }
            guard hasLog, !quick else { return findings }
            return findings + [try LogCheckup(connection: connection).finding()]
        } catch {
            return [.failed("database", Failure(error)?.sentence ?? "\(error)")]
        }
    }

    private func show(_ finding: Finding) {
        guard !json else {
            return JSONLine.show([
                "check": finding.check, "level": finding.level.rawValue, "text": finding.text,
                "cure": finding.cure.isEmpty ? nil : finding.cure,
            ])
        }
        let level = finding.level.rawValue.padding(toLength: 9, withPad: " ", startingAt: 0)
        Terminal.data("\(level)  \(finding.check): \(finding.text)")
        if !finding.cure.isEmpty { Terminal.data("           \(finding.cure)") }
    }
}
