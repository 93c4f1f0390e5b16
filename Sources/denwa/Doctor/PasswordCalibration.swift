import ArgumentParser
import Passwords

/// Measures this machine, and proposes what a password's hash may cost here.
struct PasswordCalibration {
    let memoryMiB: Int
    let slots: Int
    let json: Bool

    func run() async throws {
        guard memoryMiB << 10 >= 19_456 * slots else {
            throw ValidationError("--memory is \(19 * slots) or more for \(slots) slots: a hash takes 19 MiB or more.")
        }
        let calibration = Calibration(budgetKiB: memoryMiB << 10, slots: slots)
        let parameters = calibration.parameters(onePass: try await calibration.measure())
        let hasher = PasswordHasher(parameters, slots: 1, queue: 1)
        _ = try await hasher.hash("")
        let time = try await ContinuousClock().measure { _ = try await hasher.hash("") }
        try await hasher.shutdown()
        show(parameters, time)
    }

    private func show(_ parameters: PasswordHasher.Parameters, _ time: Duration) {
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
            "A hash took \(Int(time / .milliseconds(1))) ms here; \(slots) at once take \(all) MiB. "
                + "Stored ones are replaced at the next log-in.")
    }
}
