extension FourSets {
    /// How much of the images goes to which set; what remains is `fit`.
    public struct Shares: Sendable, Hashable {
        /// The share of the detectors and the rectifier, 0…1.
        public var `guard`: Double
        /// The share of the images that set the thresholds, 0…1.
        public var calibrate: Double
        /// The share of the test images, 0…1; 0 where they come on their own.
        public var test: Double

        /// Names the parts; together at most 1.
        public init(guard: Double, calibrate: Double, test: Double) {
            (self.guard, self.calibrate, self.test) = (`guard`, calibrate, test)
        }

        /// For training and test images that come apart: 70% `fit`, 24% `guard`, 6% `calibrate`.
        public static let ofTrainingImages = Shares(guard: 0.24, calibrate: 0.06, test: 0)
        /// For images in one heap: 60% `fit`, 20% `guard`, 5% `calibrate`, 15% `test`.
        public static let ofAllImages = Shares(guard: 0.2, calibrate: 0.05, test: 0.15)
    }

    /// Splits a user's own images, among which copies may be: sizes follow from shares, and where
    /// the copies of one image do not fit in what a class still owes to a set, the set is smaller
    /// by them. `fit` takes all that remains.
    ///
    /// - Parameters:
    ///   - train: The images to share out.
    ///   - test: The images of the fourth set, all of which stay; nil takes them from `train`.
    ///   - shares: Of `train`, without those that may lie in no set.
    ///   - seed: Another seed, another split.
    /// - Throws: ``FourSetsError`` where the two sets are not of one kind, or shares are negative or
    ///   more than the whole.
    public init(train: ImageSet, test: ImageSet?, shares: Shares, seed: UInt64 = 0) throws {
        if let test { try Self.check(train, test) }
        let parts = [shares.guard, shares.calibrate, shares.test]
        guard parts.allSatisfy({ $0 >= 0 }), parts.reduce(0, +) <= 1 else {
            throw FourSetsError.badShares(shares)
        }
        let ranking = try Ranking(train: train, test: test, seed: seed)
        var shelves = ClassShelves(ranking.usable, ranks: ranking.train, of: train)
        func take(_ share: Double, _ name: String) -> ImageSet {
            let size = Int((share * Double(ranking.usable.count)).rounded())
            return train.subset(
                Self.interleaved(shelves.takeAbout(min(size, shelves.count))),
                name: "\(train.name), \(name)")
        }
        let ownTest = test == nil ? take(shares.test, "test") : nil
        let calibrate = take(shares.calibrate, "calibrate")
        let forGuard = take(shares.guard, "guard")
        self.init(
            fit: take(1, "fit"), guard: forGuard, calibrate: calibrate,
            test: ownTest ?? Self.ordered(test ?? train, ranking.test), ranking)
    }
}
