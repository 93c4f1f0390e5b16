/// A client that sends. Confined to its event loop.
protocol Sender: AnyObject {
    func start()
    /// Nothing new from now on; what is not acknowledged is sent until it is.
    func end()
    /// Whether everything is acknowledged.
    var isDone: Bool { get }
    /// Breaks its connection, if it keeps one.
    func hangUp()
    func stop()
}
