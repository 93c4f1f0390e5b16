import ArgumentParser
import ChatServer
import Foundation
import Passwords

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Look at the settings, or measure what a password's hash may cost here.",
        discussion: """
            Says what is unsafe in the settings. With --calibrate it measures this machine:
            The more memory and time a hash takes, the fewer guesses somebody can make who
            has stolen the database. All slots together stay within the memory, and a log-in
            on an idle machine takes a quarter of a second or less.

            EXAMPLES
              denwa doctor
              denwa doctor --calibrate
              denwa doctor --calibrate --memory 512 --json
            """)

    @OptionGroup var file: FileOptions
    @Flag(help: "Measure, and print settings for passwords.") var calibrate = false
    @Option(help: "MiB for the hashes of all slots together, 19 or more.") var memory = 128
    @Option(help: .key("passwordSlots")) var passwordSlots: String?
    @Flag(help: "Print one JSON object: what a configuration file may have.") var json = false

    func validate() throws {
        guard memory >= 19 else { throw ValidationError("--memory is 19 or more: a hash takes no less.") }
    }

    func run() async throws {
        let server = try file.settings(flags: ["passwordSlots": passwordSlots]).server
        Terminal.say(server.transportWarning.map { "Warning: \($0)" } ?? "The public URL is safe to use.")
        guard calibrate else { return }
        let slots = server.passwordSlots
        guard memory << 10 >= 19_456 * slots else {
            throw ValidationError("--memory is \(19 * slots) or more for \(slots) slots: a hash takes 19 MiB or more.")
        }
        let calibration = Calibration(budgetKiB: memory << 10, slots: slots)
        let parameters = calibration.parameters(onePass: try await calibration.measure())
        let hasher = PasswordHasher(parameters, slots: 1, queue: 1)
        _ = try await hasher.hash("")
        let time = try await ContinuousClock().measure { _ = try await hasher.hash("") }
        try await hasher.shutdown()
        show(parameters, slots: slots, time)
    }

    private func show(_ parameters: PasswordHasher.Parameters, slots: Int, _ time: Duration) {
        let milliseconds = Int(time / .milliseconds(1))
        if json {
            Terminal.data(
                #"{"passwordMemory":\#(parameters.memoryKiB),"passwordPasses":\#(parameters.passes),"#
                    + #""passwordSlots":\#(slots)}"#)
        } else {
            Terminal.data("DENWA_PASSWORD_MEMORY=\(parameters.memoryKiB)")
            Terminal.data("DENWA_PASSWORD_PASSES=\(parameters.passes)")
            Terminal.data("DENWA_PASSWORD_SLOTS=\(slots)")
        }
        let all = (Int(parameters.memoryKiB) * slots) >> 10
        Terminal.say(
            "A hash took \(milliseconds) ms here; \(slots) at once take \(all) MiB. Stored ones are replaced at the next log-in."
        )
    }
}
