import ChatCore
import ChatRealtime
import HTTPTypes
import Hummingbird
import NIOCore

extension Request {
    /// Most bytes of a request's body.
    static let bodyLimit = 65_536

    /// The body as a JSON object.
    /// - Throws: `unsupported_media_type`, `body_too_large`, `malformed_json`.
    func jsonObject() async throws -> JSONObject {
        let mediaType = headers[.contentType]?.split(separator: ";").first.map { $0.lowercased().filter { $0 != " " } }
        guard mediaType == "application/json" else {
            throw ChatError(
                .unsupportedMediaType, "The body must be JSON; send it with Content-Type: application/json.")
        }
        return try await wholeBody().jsonObject()
    }

    /// The same request, with a body that has arrived.
    /// - Throws: `body_too_large`.
    func withWholeBody() async throws -> Request {
        guard ![.get, .head, .options].contains(method) else { return self }
        var request = self
        request.body = RequestBody(buffer: try await wholeBody())
        return request
    }

    private func wholeBody() async throws -> ByteBuffer {
        do {
            return try await body.collect(upTo: Self.bodyLimit)
        } catch is NIOTooManyBytesError {
            throw ChatError(.bodyTooLarge, "A request body has at most \(Self.bodyLimit) bytes.")
        }
    }

    /// - Throws: `invalid_field` unless the query parameter is absent or an integer in `range`.
    func integerParameter(_ name: String, in range: ClosedRange<Int64>) throws(ChatError) -> Int64? {
        let values = uri.queryParameters.getAll(name)
        guard let text = values.first else { return nil }
        guard values.count == 1, let value = Int64(text), range.contains(value) else {
            throw .invalid(
                name, "The parameter \(name) must be an integer from \(range.lowerBound) to \(range.upperBound).")
        }
        return value
    }
}

extension Response {
    /// A JSON object.
    static func json(
        _ status: HTTPResponse.Status = .ok, _ members: (inout JSONWriter) -> Void
    ) -> Response {
        var json = JSONWriter()
        json.object(members)
        return Response(
            status: status, headers: [.contentType: "application/json", .cacheControl: "no-store"],
            body: .init(byteBuffer: ByteBuffer(bytes: json.bytes)))
    }
}

extension Parameters {
    /// The room in the path.
    /// - Throws: `room_not_found` for a name that no room can have.
    func room() throws(ChatError) -> RoomName {
        let text = get("room") ?? ""
        do {
            return try RoomName(text)
        } catch {
            throw ChatError(.roomNotFound, "There is no such room. GET /v1/rooms lists the rooms.", field: "room")
        }
    }
}
