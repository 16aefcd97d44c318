/// Watches long work and may stop it: an implementation throws from ``advance(to:note:)`` to end the
/// work at the next safe point.
public protocol WorkObserver: AnyObject {
    /// Work of `total` units begins; the unit is a plural, such as `images`.
    func begin(_ title: String, total: Int, unit: String)
    /// So many units are done.
    func advance(to done: Int, note: String) throws
    /// The work that began last is done.
    func finish(_ summary: String)
    /// Something worth knowing that is no progress.
    func say(_ line: String)
}

/// Says nothing and stops nothing.
public final class SilentObserver: WorkObserver {
    /// Keeps nothing, so one serves as well as another.
    public init() {}
    public func begin(_ title: String, total: Int, unit: String) {}
    public func advance(to done: Int, note: String) throws {}
    public func finish(_ summary: String) {}
    public func say(_ line: String) {}
}
