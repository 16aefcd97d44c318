/// What a guard was measured to do when it was made, on images that neither it nor the classifier had
/// seen: for its model card.
public struct GuardFigures: Sendable, Codable, Hashable {
    /// A share in 0…1 with its 95% bounds.
    public struct Share: Sendable, Codable, Hashable {
        /// In 0…1.
        public var value: Double
        /// The lower and the upper bound.
        public var interval: [Double]

        /// A share and its two bounds.
        public init(_ value: Double, interval: [Double]) {
            self.value = value
            self.interval = interval
        }
    }

    /// What one attack met.
    public struct Attack: Sendable, Codable, Hashable {
        /// Such as `ddn, κ 4`.
        public var title: String
        /// Adversarial images that fool the classifier at 8 bits.
        public var images: Int
        /// The share of them that is flagged.
        public var flagged: Share
        /// The share of them whose label is given back, flagged or not.
        public var recovered: Share

        /// Joins the figures of one attack.
        public init(title: String, images: Int, flagged: Share, recovered: Share) {
            self.title = title
            self.images = images
            self.flagged = flagged
            self.recovered = recovered
        }
    }

    /// The data set's name.
    public var data: String
    /// The clean images that the next three figures are over.
    public var cleanImages: Int
    /// The classifier's accuracy on clean images, alone.
    public var accuracy: Share
    /// The same with the guard in place.
    public var guardedAccuracy: Double
    /// The share of clean images that is flagged, the classifier's mistakes among them.
    public var falsePositives: Share
    /// One an attack.
    public var attacks: [Attack]

    /// Joins what was measured.
    public init(
        data: String, cleanImages: Int, accuracy: Share, guardedAccuracy: Double,
        falsePositives: Share, attacks: [Attack]
    ) {
        self.data = data
        self.cleanImages = cleanImages
        self.accuracy = accuracy
        self.guardedAccuracy = guardedAccuracy
        self.falsePositives = falsePositives
        self.attacks = attacks
    }
}
