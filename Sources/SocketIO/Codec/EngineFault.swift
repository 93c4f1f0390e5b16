/// What a client may not send on Engine.IO. Nothing sensible can be read from it after that.
package struct EngineFault: Error, Equatable, CustomStringConvertible {
    /// An English sentence with the cause, and one with the cure.
    package let description: String

    init(_ description: String) { self.description = description }
}
