import ChatClient
import ChatCore
import Foundation

/// Follows a room: what was missed is read over HTTP, what comes is heard on a socket, and each event is shown once, in order.
struct RoomTail {
    let api: ChatAPI
    let token: String
    let room: String
    let show: @Sendable (JSONObject) -> Void

    /// Why there is nothing more to follow.
    enum Failure: Error, Equatable, CustomStringConvertible {
        case sessionOver
        case refused(String)

        var description: String {
            switch self {
            case .sessionOver: "The session is over; log in again, or make another token."
            case .refused(let detail): detail
            }
        }
    }

    /// Longest pause before the next try, in milliseconds.
    private static let longestPause = 10_000

    /// - Returns: the last seq of what was shown, or the room's head if it was nothing.
    func showNewest(_ count: Int) async throws -> Int64 {
        let page = try await api.events(in: room, .newest, limit: max(count, 1), token: token)
        if count > 0 { page.events.forEach(show) }
        return page.head
    }

    /// Shows what comes behind a seq; ends only by cancellation or an error that trying again does not mend.
    func follow(after start: Int64) async throws {
        var position = start
        var pause = 250
        while !Task.isCancelled {
            do {
                position = try await catchUp(after: position)
                let reached = try await listen(after: position)
                if reached > position { pause = 250 }
                position = reached
            } catch ClientFailure.unreachable, ClientFailure.lost, ClientFailure.timedOut {
                // The server is being restarted, or the network is away.
            }
            try await Task.sleep(for: .milliseconds(Int.random(in: pause / 2...pause)))
            pause = min(pause * 2, Self.longestPause)
        }
    }

    /// Shows everything up to the head.
    /// - Returns: the last seq that was shown.
    func catchUp(after start: Int64) async throws -> Int64 {
        var position = start
        while true {
            let page = try await api.events(in: room, .after(position), limit: 200, token: token)
            for event in page.events {
                show(event)
                position = event.number("seq") ?? position
            }
            guard page.hasMore, !page.events.isEmpty else { return position }
        }
    }

    /// - Returns: the last seq that was shown, when the socket is over or has left something out.
    private func listen(after start: Int64) async throws -> Int64 {
        var position = start
        var json = JSONWriter()
        json.object {
            $0.member("type", "subscribe")
            $0.member("room", room)
            $0.member("after", start)
        }
        for await element in SocketFrames.open(api.http.address, token: token, saying: json.bytes) {
            switch element {
            case .opened: continue
            case .ended(let end):
                try Self.check(end)
                return position
            case .frame(let frame):
                guard try take(frame, &position) else { return position }
            }
        }
        return position
    }

    /// - Returns: `false` if the rest has to be read from the log.
    private func take(_ frame: JSONObject, _ position: inout Int64) throws -> Bool {
        switch frame.text("type") {
        case "event":
            guard let seq = frame.number("seq"), seq == position + 1 else { return false }
            show(frame)
            position = seq
            return true
        case "behind", "unsubscribed": return false
        case "error": throw Failure.refused(frame.text("detail") ?? "The server refused.")
        default: return true
        }
    }

    private static func check(_ end: SocketEnd) throws {
        switch end {
        case .closed(4401, _): throw Failure.sessionOver
        case .refused(401, _): throw Failure.sessionOver
        case .refused(let status, let code) where status < 500 && status != 429:
            throw Failure.refused("The server does not open a socket: \(status) \(code).")
        default: return
        }
    }
}
