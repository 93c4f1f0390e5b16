import DenwaDev
import Foundation

/// Whether a WebSocket handshake to the public URL comes back as one, through whatever stands in between. It opens an
/// Engine.IO session, which needs no account, and leaves it.
struct UpgradeCheckup {
    let publicOrigin: String
    /// Where Socket.IO clients connect, with slashes at both ends.
    let path: String

    func finding() -> Finding {
        guard let curl = Self.curl else {
            return .attention("WebSocket", "Not looked at: curl is not installed.", cure: "apt-get install curl")
        }
        do {
            return Self.finding(try Command(curl, arguments).run(), url: publicOrigin + path)
        } catch .failed(_, let output) {
            // curl waits for more than the server has to say, so even a good handshake ends with its time-out.
            return Self.finding(output, url: publicOrigin + path)
        } catch {
            return .attention("WebSocket", "Not looked at: \(error)")
        }
    }

    /// What an answer means. A value, no I/O.
    static func finding(_ answer: String, url: String) -> Finding {
        let status = answer.firstMatch(of: /HTTP\/1\.[01] (\d\d\d)/).map { String($0.1) }
        switch status {
        case "101": return .ok("WebSocket", "A handshake to \(url) comes through.")
        case nil:
            let reason = answer.split(separator: "\n").last.map(String.init) ?? "no answer"
            return .attention(
                "WebSocket", "\(url) does not answer: \(reason)",
                cure: "Start the server and its proxy, and run this again.")
        case let status?:
            return .failed(
                "WebSocket", "A handshake to \(url) was answered with \(status) instead of 101.",
                cure: "The proxy in between has to pass on Upgrade and Connection with HTTP/1.1: in nginx "
                    + "proxy_http_version 1.1, proxy_set_header Upgrade $http_upgrade and Connection upgrade.")
        }
    }

    private static var curl: String? {
        ["/usr/bin/curl", "/usr/local/bin/curl", "/bin/curl"].first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    private var arguments: [String] {
        let headers = [
            "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        ]
        return ["--http1.1", "--silent", "--show-error", "--include", "--no-buffer", "--max-time", "3"]
            + headers.flatMap { ["--header", $0] } + ["\(publicOrigin)\(path)?EIO=4&transport=websocket"]
    }
}
