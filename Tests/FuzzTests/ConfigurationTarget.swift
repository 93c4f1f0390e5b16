import ChatServer
import Glibc

@testable import denwa

extension FuzzTarget {
    /// A settings file, up to the settings. Strange ones are refused with a reason.
    static let configuration = FuzzTarget(
        name: "configuration", shortInputs: 1000,
        seeds: .texts(
            #"{"databaseURL":"postgresql://a@b/c","port":3001,"allowedOrigins":["https://a.example"],"autoMigrate":true}"#,
            #"{"port":65536}"#, #"{"port":1e400}"#, #"{"prot":1}"#, #"{"host":{"a":1}}"#, #"{"passwordMinimum":8.0}"#,
            #"{"logLevel":"debug","defaultRoom":"lobby","heartbeatSeconds":-0}"#, "[]", "\u{FEFF}{}", #"{"port":null}"#),
        tokens: [
            "\"port\":", "\"host\":", "\"allowedOrigins\":[", "\"logLevel\":", "null", "true", "1e9", "\"", ",", "{",
            "}",
        ]
    ) { input in
        let file = Self.namelessFile()
        defer { close(file) }
        guard file >= 0, write(file, input, input.count) == input.count,
            let source = try? ConfigurationFile.read("/proc/self/fd/\(file)"), let settings = try? Settings([source])
        else { return }
        try promise("a port is one", (0...65_535).contains(settings.server.port))
        try promise("hearts beat", (1...300).contains(settings.server.heartbeatSeconds))
    }
    /// In memory, gone when it is closed.
    private static func namelessFile() -> CInt {
        var path = Array("/dev/shm/denwa-XXXXXX".utf8CString)
        let file = mkstemp(&path)
        if file >= 0 { unlink(path) }
        return file
    }
}
