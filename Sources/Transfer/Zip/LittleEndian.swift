/// Numbers in bytes, the lowest byte first. Beyond the end there are none.
struct LittleEndian {
    let bytes: [UInt8]

    var count: Int { bytes.count }

    func u16(_ offset: Int) -> Int? { number(offset, 2).map { Int($0) } }

    func u32(_ offset: Int) -> Int? { number(offset, 4).map { Int($0) } }

    /// `nil` also for one that is no number of bytes of anything.
    func u64(_ offset: Int) -> Int? { number(offset, 8).flatMap { Int(exactly: $0) } }

    private func number(_ offset: Int, _ width: Int) -> UInt64? {
        guard offset >= 0, offset <= bytes.count - width else { return nil }
        return (0..<width).reversed().reduce(0) { $0 << 8 | UInt64(bytes[offset + $1]) }
    }
}
