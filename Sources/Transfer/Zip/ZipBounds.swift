/// How large an archive may be, and become.
package struct ZipBounds: Sendable {
    /// Files and folders together.
    package var entries = 500_000
    /// Bytes of the list of entries.
    package var directory = 256 << 20
    /// Bytes of one entry when it is unpacked.
    package var entry = 128 << 20
    /// Bytes of all entries when they are unpacked.
    package var total = 16 << 30
    /// How many times as large an entry may become; small ones are not looked at.
    package var ratio = 250
    /// From which size on, in bytes when unpacked, the ratio is looked at.
    package var ratioFrom = 1 << 20

    /// The bounds that are in force unless somebody says otherwise.
    package init() {}
}
