/// Those whose guesses at one account are counted together.
package enum Guesser: Sendable, Hashable {
    /// Whoever comes from a network, and is none of the others.
    case stranger(IPAddress.Network)
    /// Whoever comes from a network that the account is logged in from.
    case neighbour(IPAddress.Network)
    /// A device that has proved that it logged in to *this* account before, wherever it comes from: a cookie is copied more easily
    /// than a network is changed. The number tells the account's devices apart.
    case device(Int64)
    /// A session of the account, wherever it comes from, which is asked for the password again.
    case session(Int64)
    /// Any session of the account that is asked for a code. The password, which is right then, must not end the count of wrong codes.
    case coder

    /// Everybody but strangers: the account has let them in before, so they do not wait for what others do.
    var isKnown: Bool {
        if case .stranger = self { false } else { true }
    }
}
