import GREDClassifiers
import GREDImages

/// `guard.json`: what a bundle holds, and everything that is not a weight.
public struct GuardManifest: Sendable, Codable {
    /// The version of the bundle's format. A reader refuses newer ones.
    public var schema: Int
    /// The program that wrote the bundle, such as `gred 0.1.0`.
    public var madeBy: String
    /// The program that saved the bundle again, changed, where one did.
    public var savedBy: String?
    /// What is guarded, where it is a built-in network.
    public var classifier: NetworkClassifier.Description?
    /// What is said of the exported program that is guarded, where it is one. Since schema 2.
    public var program: ProgramClassifier.Description?
    /// What names the guarded classifier: SHA-256 of a built-in one's weights, or of a program's file.
    public var classifierHash: String
    /// How CNN_org is built, in a guard of the paper's two networks.
    public var org: Detector.Description?
    /// How CNN_sen is built, in a guard of the paper's two networks.
    public var sen: Detector.Description?
    /// How the universal detector is built, in a guard that has one. Since schema 2, and its
    /// alarm since schema 3.
    public var detector: UniversalDetector.Description?
    /// From which log-odds on an image is taken for adversarial; nil is the paper's rule, which a guard
    /// with a universal detector does not go by. Since schema 2.
    public var threshold: Threshold?
    /// How the rectifier masks suspect pixels; reading a guard refuses an α outside 0…1.
    public var masking: RandomisedMasking
    /// How the chooser between recovered labels standardises its evidence; nil where the rectifier
    /// decides alone. Since schema 2.
    public var evidence: Standardisation?
    /// K, the number of masked copies that the rectifier is asked about.
    public var copies: Int
    /// How the guard was trained, a sentence each.
    public var training: [String]
    /// What the guard was measured to do when it was made; nil where it was not measured. Since
    /// schema 2.
    public var figures: GuardFigures?
    /// What an attacker who knows the guard can do; nil where nobody has tried. Since schema 2.
    public var audit: GuardAudit?
    /// The files beside this one, by name.
    public var parts: [String: Part]
    /// SHA-256 of the file's bytes without these 64 digits; whoever writes a bundle makes it. Since
    /// schema 3.
    public internal(set) var seal: String?

    /// What a file of weights must be before anything in it is used.
    public struct Part: Sendable, Codable, Hashable {
        /// The file's size, exactly.
        public var bytes: Int
        /// Hex, 64 characters.
        public var sha256: String
    }

    /// The format that this program writes, and the newest that it reads.
    public static let currentSchema = 3

    /// From here on `guard.json` has a seal.
    static let firstSealedSchema = 3

    /// What in it cannot be true, or nil. It was read from a file that anybody may have changed.
    var contradiction: String? {
        if (classifier == nil) == (program == nil) {
            return
                classifier == nil
                ? "'classifier' is missing" : "it describes two classifiers, and one is guarded"
        }
        if let classifier, let other = contradiction(to: classifier.inputShape) { return other }
        if detector != nil, org != nil || sen != nil {
            return
                "it holds CNN_org or CNN_sen beside a universal detector, and one of both decides"
        }
        let model = parts[program == nil ? PartName.classifier : PartName.program]
        if let model, model.sha256 != classifierHash {
            return "'classifierHash' names another classifier than the one beside it"
        }
        if detector != nil, threshold == nil { return "'threshold' is missing" }
        if parts[PartName.chooser] != nil, evidence == nil { return "'evidence' is missing" }
        if let org, org.reading != .image {
            return "CNN_org reads the image, and this one the \(org.reading.rawValue)"
        }
        if let sen {
            guard case .sensitivity = sen.reading else {
                return
                    "CNN_sen reads the input sensitivity, and this one the \(sen.reading.rawValue)"
            }
        }
        if let noise = detector?.noise,
            !(0...1000).contains(noise.copies) || noise.strengths.count > 100
        {
            return
                "the detector is to ask about \(noise.copies) noisy copies at \(noise.strengths.count) strengths, and 0 to 1000 at up to 100 are possible"
        }
        if let noise = detector?.noise, (noise.copies == 0) != noise.strengths.isEmpty {
            return
                "the detector is to ask about \(noise.copies) noisy copies at each of \(noise.strengths.count) strengths, and both are 0 or none is"
        }
        if let noise = detector?.noise, !noise.strengths.allSatisfy({ (0...1).contains($0) }) {
            return "a strength of the detector's noise lies outside 0…1"
        }
        if let rate = threshold?.falsePositiveRate, !(rate > 0 && rate < 1) {
            return "the false-positive rate is \(rate), and it lies between 0 and 1"
        }
        if !(0...1).contains(masking.alpha) {
            return "α is \(masking.alpha), and it lies in 0…1"
        }
        if !(1...1000).contains(copies) {
            return "the rectifier is to be asked about \(copies) copies, and 1 to 1000 are possible"
        }
        return nil
    }

    /// Which detector is for other images than the classifier, or nil.
    func contradiction(to inputShape: ImageShape) -> String? {
        let shapes = [org?.imageShape, sen?.imageShape, detector?.imageShape].compactMap { $0 }
        return shapes.first { $0 != inputShape }.map {
            "a detector is for images of \($0), and the classifier's are \(inputShape)"
        }
    }

    enum PartName {
        static let classifier = "classifier.safetensors"
        static let program = "classifier.pt2"
        /// Of one of a detection's networks.
        static func detection(_ network: String) -> String { "\(network).safetensors" }
        static let rectifier = "rectifier.safetensors"
        static let chooser = "chooser.safetensors"
    }
}
