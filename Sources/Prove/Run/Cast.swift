import ChatClient
import NIOCore

/// The accounts and rooms of a run, made before the first fault.
struct Cast: Sendable {
    let rooms: [String]
    let logins: [ChatAPI.Login]

    /// Waits for the server, and signs everybody up. Writers are in all rooms, readers in theirs, visitors in none.
    static func sign(_ options: ProveOptions, port: Int, on loop: any EventLoop) async throws -> Cast {
        let http = HTTPClient(ServerAddress(host: "127.0.0.1", port: port), on: loop)
        let api = ChatAPI(http)
        let deadline = ContinuousClock.now + .seconds(30)
        while await !api.isReady() {
            guard ContinuousClock.now < deadline else { throw ProveError.serverNotReady }
            try await Task.sleep(for: .milliseconds(50))
        }
        var logins: [ChatAPI.Login] = []
        for number in 0..<options.writers + options.readers + options.visitors {
            logins.append(try await api.signUp(handle: "prove-\(number)", password: "proof of the pudding \(number)"))
        }
        let rooms = (0..<options.rooms).map { "room-\($0)" }
        for room in rooms { try await api.createRoom(room, title: room, token: logins[0].token) }
        for (number, login) in logins.enumerated() {
            let own = Self.rooms(of: number, options)
            for room in own { try await api.joinRoom(rooms[Int(room)], token: login.token) }
        }
        http.close()
        return Cast(rooms: rooms, logins: logins)
    }

    private static func rooms(of number: Int, _ options: ProveOptions) -> [UInt16] {
        switch number {
        case ..<options.writers: (0..<options.rooms).map { UInt16($0) }
        case ..<(options.writers + options.readers):
            Crowd.rooms(of: UInt16(number), outOf: options.rooms).sorted()
        default: []
        }
    }
}
