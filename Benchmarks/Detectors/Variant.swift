import GRED

/// A detector that differs from the usual one in one thing, and the question that it answers.
struct Variant: Encodable {
    /// The row's name in the table.
    var name: String
    /// What the network sees; empty for a detector of numbers alone.
    var planes: [Plane] = [.image]
    /// What joins its features.
    var numbers = own + copies
    /// Which harmlessly changed images are among the benign.
    var negatives = Harmless.all
    /// Which tiles of one sign, which no attack made, are among the adversarial.
    var forging = Forging.all
    /// Whether a third of the images are hidden in training, so that the numbers must do without.
    var hides = false
    /// The share of the examples whose numbers are hidden in training, so that the network must do
    /// without; nil where none are.
    var hiddenNumbers: Double?
    /// What sees the planes.
    var network = Network.small
    /// Whether network and numbers are trained apart, and joined by a regression.
    var isFused = false

    /// What else may call an image adversarial: numbers that few clean images exceed. The surest decides.
    var alarms = [Alarm.nearness]
    /// How much of the network's false positives an alarm may have.
    var alarmShare = Float(NearnessAlarm.usualShare)

    /// Noise alone or nothing; noise and one other kind; or all, with noise or without.
    enum Harmless: String, Encodable {
        case none, noise, all
        case allButNoise, jpeg, blur, shift, light

        var kinds: Set<Material.Kind> {
            switch self {
            case .none: []
            case .noise: [.noisy]
            case .all: [.noisy, .recompressed, .blurred, .shifted, .lit]
            case .allButNoise: [.recompressed, .blurred, .shifted, .lit]
            case .jpeg: [.noisy, .recompressed]
            case .blur: [.noisy, .blurred]
            case .shift: [.noisy, .shifted]
            case .light: [.noisy, .lit]
            }
        }
    }
    /// ℓ is high near the boundary, and low far past it; the distance to the second class is small near it.
    enum Alarm: String, Encodable, CaseIterable {
        case highScale, lowScale, nearness

        /// What is large where the alarm goes off, `[N]`.
        func scores(of features: Features) throws -> [Float] {
            switch self {
            case .highScale: try features.numbers([.scalars]).sliced(0..<1, dimension: 1).floats()
            case .lowScale:
                try features.numbers([.scalars]).sliced(0..<1, dimension: 1).floats().map { -$0 }
            case .nearness:
                try features.numbers([.nearness]).sliced(1..<2, dimension: 1).floats().map { -$0 }
            }
        }
    }
    enum Network: String, Encodable { case small, wide, vgg11 }

    /// Tiles of any size, those of two and of four pixels or more, or half as many of any size.
    enum Forging: String, Encodable { case none, all, pairs, coarse, fewer }

    /// What is compared; the first row is what guards are.
    static let all = [
        Variant(name: "as guards are"),
        // What the network reads.
        Variant(name: "3 numbers alone", planes: [], numbers: [.scalars]),
        Variant(name: "5 numbers alone", planes: [], numbers: own),
        Variant(name: "5 numbers and noisy copies, no image", planes: []),
        Variant(name: "image alone", numbers: []),
        Variant(name: "image and 5 numbers, no noisy copies (--fast)", numbers: own),
        Variant(name: "3 numbers in place of 5", numbers: [.scalars] + copies),
        Variant(name: "and the map", planes: [.image, .map]),
        Variant(name: "the map in place of the image", planes: [.map]),
        Variant(
            name: "and the map, and the third class's map", planes: [.image, .map, .rivalMap]),
        // Noisy copies, and what else may be asked.
        Variant(name: "2 copies at σ 0.02 and 0.05", numbers: own + [.noise2x2, .noise5x2]),
        Variant(name: "4 copies at σ 0.02 and 0.05", numbers: own + [.noise2x4, .noise5x4]),
        Variant(name: "8 copies at σ 0.02 and 0.05", numbers: own + [.noise2x8, .noise5x8]),
        Variant(
            name: "4 copies at each of four strengths",
            numbers: own + [.noise1x4, .noise2x4, .noise5x4, .noise10x4]),
        Variant(name: "and how noise changes the map", numbers: own + copies + [.mapChange]),
        Variant(name: "and f_rec's disagreement", numbers: own + copies + [.rectifier]),
        Variant(
            name: "4 masked copies for f_rec in place of half of the noisy ones",
            numbers: own + [.noise2x2, .noise5x2, .rectifier4]),
        Variant(
            name: "8 masked copies for f_rec in place of the noisy ones",
            numbers: own + [.rectifier]),
        // What it trains on.
        Variant(name: "no changed images among the benign", negatives: .none),
        Variant(name: "only noise among the changed", negatives: .noise),
        Variant(name: "only noise and JPEG among the changed", negatives: .jpeg),
        Variant(name: "only noise and blur among the changed", negatives: .blur),
        Variant(name: "only noise and shifts among the changed", negatives: .shift),
        Variant(name: "only noise, lighter and darker among the changed", negatives: .light),
        Variant(name: "no noise among the changed", negatives: .allButNoise),
        Variant(name: "no tiles of one sign among the adversarial", forging: .none),
        Variant(name: "tiles of two pixels or more", forging: .pairs),
        Variant(name: "tiles of four pixels or more", forging: .coarse),
        Variant(name: "half as many tiles", forging: .fewer),
        Variant(name: "a third of the images hidden in training", hides: true),
        Variant(name: "the numbers hidden in half of the examples", hiddenNumbers: 0.5),
        // Networks.
        Variant(name: "twice as wide a network", network: .wide),
        Variant(name: "VGG11 at a quarter of its width", network: .vgg11),
        Variant(name: "network and numbers apart, joined by a regression", isFused: true),
        // Alarms.
        Variant(name: "no alarm", alarms: []),
        Variant(name: "an alarm with a tenth of the false positives", alarmShare: 0.1),
        Variant(name: "an alarm with as many false positives as the network", alarmShare: 1),
        Variant(name: "an alarm of ℓ in place of the distance's", alarms: [.highScale]),
        Variant(name: "alarms of ℓ on both sides, and of the distance", alarms: Alarm.allCases),
    ]

    private static let own: [Numbers] = [.scalars, .nearness]
    private static let copies: [Numbers] = [.noise1x2, .noise2x2, .noise5x2, .noise10x2]

    /// Forward passes of f that a verdict takes, a backward pass counted as two.
    var passes: Int {
        let read = Set(numbers.filter { $0 != .nearness } + [.scalars])
        return read.reduce(0) { $0 + $1.passes } + (planes.contains(.rivalMap) ? 3 : 0)
    }
}
