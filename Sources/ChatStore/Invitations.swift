package import ChatCore
package import Postgres

/// The SQL of invitations.
package enum Invitations {
    /// Makes an invitation; `code` is what the invited person has to present.
    /// - Throws: `room_not_found`.
    package static func create(
        _ code: SecretToken, uses: Int64, days: Int64, room: RoomName?, by administrator: Administrator,
        on connection: Connection
    ) throws -> Invitation {
        try connection.transaction {
            let rows = try connection.run(
                """
                INSERT INTO invitations (code_hash, room_id, uses, created_by, expires_at)
                SELECT \(code.hash), r.id, \(uses)::bigint::integer, \(administrator.account), now() + \(days) * interval '1 day'
                FROM (SELECT 1) one LEFT JOIN rooms r ON r.name = \(room) AND r.deleted_at IS NULL
                WHERE r.id IS NOT NULL OR \(room)::text IS NULL
                RETURNING id
                """)
            guard let row = rows.first else { throw room.map(ChatError.roomNotFound) ?? .invitationNotFound }
            let id: InvitationID = try row.get("id")
            let detail = "invitation \(id.rawValue), uses \(uses), days \(days)"
            try Audit.write(AuditEntry(.invitationMade, in: room, by: administrator, detail: detail), on: connection)
            guard let made = try list(only: id, on: connection).first else { throw ChatError.invitationNotFound }
            return made
        }
    }

    /// Those that can still be used, the newest first.
    package static func list(on connection: Connection) throws -> [Invitation] { try list(only: nil, on: connection) }

    private static func list(only id: InvitationID?, on connection: Connection) throws -> [Invitation] {
        let rows = try connection.run(
            """
            SELECT i.id, i.uses::bigint, i.used::bigint, r.name AS room, a.handle AS created_by, i.created_at, i.expires_at
            FROM invitations i LEFT JOIN rooms r ON r.id = i.room_id LEFT JOIN accounts a ON a.id = i.created_by
            WHERE \(raw: isUsable) AND (\(id)::bigint IS NULL OR i.id = \(id))
            ORDER BY i.id DESC
            """)
        return try rows.map { row in
            Invitation(
                id: try row.get("id"), uses: try row.get("uses"), used: try row.get("used"),
                room: try row.optional("room").map { RoomName(stored: $0) },
                createdBy: try row.optional("created_by").map { Handle(stored: $0) },
                createdAt: try row.get("created_at"), expiresAt: try row.get("expires_at"))
        }
    }

    /// - Throws: `invitation_not_found` if there is none that could still be used.
    package static func revoke(
        _ id: InvitationID, by administrator: Administrator, on connection: Connection
    ) throws {
        try connection.transaction {
            let rows = try connection.run(
                "UPDATE invitations i SET revoked_at = now() WHERE i.id = \(id) AND \(raw: isUsable) RETURNING id")
            guard rows.first != nil else { throw ChatError.invitationNotFound }
            let detail = "invitation \(id.rawValue)"
            try Audit.write(AuditEntry(.invitationRevoked, by: administrator, detail: detail), on: connection)
        }
    }

    /// Takes one of its uses, in the transaction that makes the account.
    /// - Throws: `invitation_not_valid`, whatever the reason.
    static func use(
        _ code: SecretToken, on connection: Connection
    ) throws -> (id: InvitationID, room: RoomName?) {
        let rows = try connection.run(
            """
            UPDATE invitations i SET used = used + 1 WHERE i.code_hash = \(code.hash) AND \(raw: isUsable)
            RETURNING i.id, (SELECT name FROM rooms WHERE id = i.room_id) AS room
            """)
        guard let row = rows.first else { throw ChatError.invitationNotValid }
        return (try row.get("id"), try row.optional("room").map { RoomName(stored: $0) })
    }

    /// An invitation `i` that somebody can sign up with.
    private static let isUsable = "i.revoked_at IS NULL AND i.expires_at > now() AND i.used < i.uses"
}

extension ChatError {
    /// Not told why: whoever has the code can only ask for another one.
    package static var invitationNotValid: ChatError {
        ChatError(
            .invitationNotValid,
            "This invitation is not valid: it was used, revoked, or is too old. Ask for a new one.",
            field: "invitation")
    }

    fileprivate static var invitationNotFound: ChatError {
        ChatError(.invitationNotFound, "There is no such invitation that could still be used.")
    }
}
