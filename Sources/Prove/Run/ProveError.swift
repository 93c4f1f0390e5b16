/// What keeps a proof from beginning: the cause and the cure.
package enum ProveError: Error, CustomStringConvertible {
    case serverNotReady

    package var description: String {
        switch self {
        case .serverNotReady:
            "The server of the proof did not become ready within 30 s; look whether `denwa dev` starts here."
        }
    }
}
