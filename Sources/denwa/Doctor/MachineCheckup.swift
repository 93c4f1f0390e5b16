import Glibc
import Passwords

/// What this machine allows and how fast it is.
struct MachineCheckup {
    let passwords: PasswordHasher.Parameters

    /// Each socket takes a file, and the server some dozens.
    private static let files: UInt = 4_096

    func findings() async throws -> [Finding] { [openFiles, try await hashing()] }

    private var openFiles: Finding {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        let text = "A process may have \(limit.rlim_max == .max ? "any number of" : "\(limit.rlim_max)") open files."
        return limit.rlim_max >= Self.files
            ? .ok("open files", text)
            : .attention(
                "open files", text,
                cure: "Each socket takes one; raise the limit (LimitNOFILE= in a systemd unit, or ulimit -n).")
    }

    private func hashing() async throws -> Finding {
        let hasher = PasswordHasher(passwords, slots: 1, queue: 1)
        _ = try await hasher.hash("")
        let time = try await ContinuousClock().measure { _ = try await hasher.hash("") }
        try await hasher.shutdown()
        let text = "A password's hash takes \(Int(time / .milliseconds(1))) ms and \(passwords.memoryKiB >> 10) MiB."
        return time < .seconds(1)
            ? .ok("hashing", text)
            : .attention("hashing", text, cure: "Log-ins are slow here; see denwa doctor --calibrate.")
    }
}
