/// What somebody can do to a guard who knows it, as an audit found it: for its model card.
public struct GuardAudit: Sendable, Codable, Hashable {
    /// Within one radius.
    public struct Cell: Sendable, Codable, Hashable {
        /// Such as `L2 0.5`.
        public var within: String
        /// The share of images on which the classifier is wrong and the guard silent, where it flags 1% of
        /// clean images.
        public var passes: GuardFigures.Share
        /// The same at the guard's own threshold; nil where it was not looked at.
        public var asDeployed: GuardFigures.Share?

        /// Joins all parts.
        public init(
            within: String, passes: GuardFigures.Share, asDeployed: GuardFigures.Share? = nil
        ) {
            self.within = within
            self.passes = passes
            self.asDeployed = asDeployed
        }
    }

    /// The name of what was attacked.
    public var data: String
    /// How much was tried: the audit's profile.
    public var profile: String
    /// Images attacked within each radius.
    public var images: Int
    /// One a radius.
    public var cells: [Cell]
    /// Claims that did not hold: the attack was too weak, and the cells are too low.
    public var doubts: [String]

    /// Joins what was found.
    public init(data: String, profile: String, images: Int, cells: [Cell], doubts: [String]) {
        self.data = data
        self.profile = profile
        self.images = images
        self.cells = cells
        self.doubts = doubts
    }
}
