/// A parser that is fed with whatever a stranger may send: it must neither trap nor hang, nor break its own promises.
struct FuzzTarget: Sendable {
    let name: String
    /// Bytes of the longest input that is made up.
    var limit = 512
    /// Inputs of the short run, which has to share a debug build's time with the other targets.
    var shortInputs = 4000
    /// Inputs to begin with; one that once broke something stays here.
    let seeds: [[UInt8]]
    /// Pieces that a random byte does not find.
    let tokens: [String]
    /// Throws a ``Finding`` if the parser broke a promise.
    let run: @Sendable ([UInt8]) throws -> Void

    static let all: [FuzzTarget] = [
        .json, .command, .frames, .upgrade, .query, .credentials, .origin, .statements, .migration, .configuration,
        .secrets, .values, .engine, .socketio, .emitted, .connect, .address, .code, .idempotency, .enginequery,
    ]

    static func named(_ name: String) -> FuzzTarget? { all.first { $0.name == name } }
}

/// A promise that an input broke.
struct Finding: Error, CustomStringConvertible {
    let description: String
}

/// - Throws: ``Finding`` unless `condition` holds.
func promise(_ what: @autoclosure () -> String, _ condition: Bool) throws {
    if !condition { throw Finding(description: what()) }
}

extension [[UInt8]] {
    /// Seeds that are texts.
    static func texts(_ texts: String...) -> [[UInt8]] { texts.map { [UInt8]($0.utf8) } }
}

extension [UInt8] {
    /// The text that a well-meaning caller would have made of the bytes.
    var text: String { String(decoding: self, as: UTF8.self) }
}
