import NIOCore

/// Bytes among the arguments of a message: in the log they stand in its data as `{"_binary":"<base64>"}`, on the wire as
/// placeholders with attachments.
enum BinaryArguments {
    /// Cannot be inside a JSON string, where the quotes would be escaped.
    private static let opening = Array(#"{"_binary":""#.utf8)
    private static let ending = Array(#""}"#.utf8)

    /// Puts attachments in the places of their placeholders.
    /// - Returns: `nil` if there are other placeholders than for each attachment one.
    static func pack(_ json: ByteBuffer, _ attachments: [ByteBuffer]) -> ByteBuffer? {
        var packed = ByteBuffer()
        var rest = json.readableBytesView[...]
        var used: Set<Int> = []
        while let (range, number) = PlaceholderScan.next(in: rest) {
            guard attachments.indices.contains(number), used.insert(number).inserted else { return nil }
            packed.writeBytes(rest[..<range.lowerBound])
            packed.writeBytes(opening)
            Base64.encode(attachments[number].readableBytesView, to: &packed)
            packed.writeBytes(ending)
            rest = rest[range.upperBound...]
        }
        packed.writeBytes(rest)
        return used.count == attachments.count ? packed : nil
    }

    /// Takes them out again.
    static func unpack(_ data: String) -> (json: [UInt8], attachments: [ByteBufferView]) {
        let bytes = Array(data.utf8)
        var json: [UInt8] = []
        var attachments: [ByteBufferView] = []
        var rest = bytes[...]
        while let start = find(opening, in: rest), let end = find(ending, in: rest[start.upperBound...]) {
            guard let attachment = Base64.decode(ByteBuffer(bytes: rest[start.upperBound..<end.lowerBound])) else {
                break
            }
            json += rest[..<start.lowerBound]
            json += #"{"_placeholder":true,"num":\#(attachments.count)}"#.utf8
            attachments.append(attachment.readableBytesView)
            rest = rest[end.upperBound...]
        }
        return (json + rest, attachments)
    }

    private static func find<Bytes: Collection<UInt8>>(_ pattern: [UInt8], in bytes: Bytes) -> Range<Bytes.Index>? {
        bytes.firstRange(of: pattern)
    }
}
