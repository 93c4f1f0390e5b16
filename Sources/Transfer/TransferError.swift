import Glibc

/// Why an export or an import was not made: the cause and the cure.
package struct TransferError: Error, Equatable, CustomStringConvertible {
    /// One or more sentences, for a person.
    package let description: String

    init(_ description: String) { self.description = description }

    /// What the system has refused to do with a file.
    /// - Parameters:
    ///   - what: as in `cannot be read`.
    ///   - number: of the system's error.
    static func system(_ path: String, _ what: String, _ number: Int32 = errno) -> TransferError {
        TransferError("\(path) \(what): \(String(cString: strerror(number))).")
    }
}
