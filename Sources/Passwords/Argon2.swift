import CArgon2

/// Argon2id (RFC 9106), version 0x13, whose memory is that of a slot.
struct Argon2 {
    let parameters: PasswordHasher.Parameters
    /// 4 or more.
    let tagBytes: Int

    /// - Parameters:
    ///   - salt: 8 bytes or more.
    ///   - secret: the key `K` of RFC 9106; empty for none.
    ///   - data: the associated data `X` of RFC 9106.
    ///   - memory: of this thread's slot.
    func tag(
        of password: [UInt8], salt: [UInt8], secret: [UInt8] = [], data: [UInt8] = [], in memory: SlotMemory
    ) throws(PasswordHasher.Failure) -> [UInt8] {
        var tag = [UInt8](repeating: 0, count: tagBytes)
        let status = tag.withUnsafeMutableBufferPointer { tag in
            password.withUnsafeBufferPointer { password in
                salt.withUnsafeBufferPointer { salt in
                    secret.withUnsafeBufferPointer { secret in
                        data.withUnsafeBufferPointer { data in
                            fill(tag, from: password, salt, secret, data, in: memory)
                        }
                    }
                }
            }
        }
        guard status == ARGON2_OK.rawValue else { throw .library(status) }
        return tag
    }

    private typealias Bytes = UnsafeBufferPointer<UInt8>

    /// libargon2 takes its inputs as if it could change them; without the flags that wipe them it does not.
    private func fill(
        _ tag: UnsafeMutableBufferPointer<UInt8>, from password: Bytes, _ salt: Bytes, _ secret: Bytes, _ data: Bytes,
        in memory: SlotMemory
    ) -> Int32 {
        var context = argon2_context(
            out: tag.baseAddress, outlen: UInt32(clamping: tag.count),
            pwd: .init(mutating: password.baseAddress), pwdlen: UInt32(clamping: password.count),
            salt: .init(mutating: salt.baseAddress), saltlen: UInt32(clamping: salt.count),
            secret: .init(mutating: secret.baseAddress), secretlen: UInt32(clamping: secret.count),
            ad: .init(mutating: data.baseAddress), adlen: UInt32(clamping: data.count),
            t_cost: parameters.passes, m_cost: parameters.memoryKiB, lanes: parameters.lanes,
            // The tag does not depend on the threads, and a slot is one.
            threads: 1, version: ARGON2_VERSION_13.rawValue,
            allocate_cbk: { SlotMemory.allocate($0, $1) }, free_cbk: { _, _ in SlotMemory.free() }, flags: 0)
        return memory.lend { argon2_ctx(&context, Argon2_id) }
    }
}
