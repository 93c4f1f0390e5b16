import Foundation

/// The wall clock that the server sees, by libfaketime: the machine's own is not ours to set.
final class FakeClock: Sendable {
    static let whereFrom = "libfaketime is not installed; Debian has it in the package libfaketime"
    private static let folders = ["/usr/lib", "/usr/lib64", "/usr/local/lib"]
    private static let library = "faketime/libfaketimeMT.so.1"

    /// For the server's process.
    let environment: [String: String]
    private let file: String

    /// - Returns: `nil` if the library is not installed, or has nowhere to read the time from.
    init?() {
        guard let library = Self.installed else { return nil }
        file = FileManager.default.temporaryDirectory.appending(path: "denwa-clock-\(UUID().uuidString)").path
        environment = [
            "LD_PRELOAD": library, "FAKETIME_TIMESTAMP_FILE": file, "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_DONT_RESET": "1",
        ]
        guard set(.true) else { return nil }
    }

    /// How far the clock is from the true one, in libfaketime's words.
    enum Offset: String, CaseIterable {
        case `true` = "+0"
        case twoDaysAhead = "+2d"
        case anHourBehind = "-1h"
    }

    /// The server sees it within a second or two.
    @discardableResult
    func set(_ offset: Offset) -> Bool {
        (try? offset.rawValue.write(toFile: file, atomically: true, encoding: .utf8)) != nil
    }

    func remove() { try? FileManager.default.removeItem(atPath: file) }

    private static var installed: String? {
        let files = FileManager.default
        let candidates = folders.flatMap { folder in
            let below = (try? files.contentsOfDirectory(atPath: folder)) ?? []
            return ["\(folder)/\(library)"] + below.map { "\(folder)/\($0)/\(library)" }
        }
        return candidates.first { files.fileExists(atPath: $0) }
    }
}
