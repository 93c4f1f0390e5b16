import ChatClient
import Foundation

/// The accounts and rooms of one run, made through the public API: new and with names of their own, but for rooms that are to
/// be there already.
struct Crowd: Sendable {
    /// Part of all its names.
    let tag: String
    let logins: [ChatAPI.Login]
    let rooms: [String]
    private let api: ChatAPI

    private static let password = "a password of the load generator"
    /// Requests at once.
    private static let width = 16

    /// - Parameter found: what the names of rooms begin with that are there; `nil` makes new ones.
    /// - Throws: `ClientFailure`.
    static func gather(_ seating: Seating, accounts: Int, found: String? = nil, _ api: ChatAPI) async throws -> Crowd {
        let tag = String((0..<8).compactMap { _ in "abcdefghijkmnpqrstuvwxyz23456789".randomElement() })
        let logins = try await concurrently(Array(0..<accounts), atOnce: width) { index in
            try await api.signUp(handle: "bench-\(tag)-\(index)", password: password)
        }
        let rooms = (0..<seating.rooms).map { room in found.map { "\($0)\(room + 1)" } ?? "bench-\(tag)-\(room)" }
        let crowd = Crowd(tag: tag, logins: logins, rooms: rooms, api: api)
        if found == nil {
            try await crowd.makeRooms(seating)
        } else {
            try await crowd.join(seating.memberships)
        }
        return crowd
    }

    private func makeRooms(_ seating: Seating) async throws {
        var makers: [Int: Int] = [:]
        var joins: [Seating.Membership] = []
        for membership in seating.memberships {
            if makers[membership.room] == nil {
                makers[membership.room] = membership.account
            } else {
                joins.append(membership)
            }
        }
        try await concurrently(Array(makers), atOnce: Self.width) { room, account in
            _ = try await api.createRoom(rooms[room], title: "Load \(tag) \(room)", token: logins[account].token)
        }
        try await join(joins)
    }

    private func join(_ memberships: [Seating.Membership]) async throws {
        try await concurrently(memberships, atOnce: Self.width) { membership in
            _ = try await api.joinRoom(rooms[membership.room], token: logins[membership.account].token)
        }
    }

    /// The rooms' heads.
    func heads(_ seating: Seating) async throws -> [Int: Int64] {
        let members = Dictionary(seating.memberships.map { ($0.room, $0.account) }) { first, _ in first }
        let heads = try await concurrently(Array(members), atOnce: Self.width) { room, account in
            (room, try await api.events(in: rooms[room], limit: 1, token: logins[account].token).head)
        }
        return Dictionary(uniqueKeysWithValues: heads)
    }
}

/// Runs a body for each element, some at once. The results are in the order of the elements.
@discardableResult
func concurrently<Element: Sendable, Output: Sendable>(
    _ elements: [Element], atOnce width: Int, _ body: @escaping @Sendable (Element) async throws -> Output
) async throws -> [Output] {
    try await withThrowingTaskGroup(of: (Int, Output).self) { group in
        var outputs: [Int: Output] = [:]
        for (index, element) in elements.enumerated() {
            if index >= width, let (index, output) = try await group.next() { outputs[index] = output }
            group.addTask { (index, try await body(element)) }
        }
        for try await (index, output) in group { outputs[index] = output }
        return outputs.sorted { $0.key < $1.key }.map(\.value)
    }
}
