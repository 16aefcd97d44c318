import GREDClassifiers

/// `guard.json`: what a bundle holds, and everything that is not a weight.
public struct GuardManifest: Sendable, Codable {
    /// The version of the bundle's format. A reader refuses newer ones.
    public var schema: Int
    /// The program that wrote the bundle, such as `gred 0.1.0`.
    public var madeBy: String
    /// The program that saved the bundle again, changed, where one did.
    public var savedBy: String?
    /// What is guarded.
    public var classifier: NetworkClassifier.Description
    /// SHA-256 of the guarded classifier's weights.
    public var classifierHash: String
    /// How CNN_org is built.
    public var org: Detector.Description
    /// How CNN_sen is built.
    public var sen: Detector.Description
    /// How the rectifier masks suspect pixels; reading a guard refuses an α outside 0…1.
    public var masking: RandomisedMasking
    /// K, the number of masked copies that the rectifier is asked about.
    public var copies: Int
    /// How the guard was trained, a sentence each.
    public var training: [String]
    /// The files beside this one, by name.
    public var parts: [String: Part]

    /// What a file of weights must be before anything in it is used.
    public struct Part: Sendable, Codable, Hashable {
        /// The file's size, exactly.
        public var bytes: Int
        /// Hex, 64 characters.
        public var sha256: String
    }

    /// The format that this program writes, and the newest that it reads.
    public static let currentSchema = 1

    /// What in it cannot be true, or nil. It was read from a file that anybody may have changed.
    var contradiction: String? {
        for detector in [org, sen] where detector.imageShape != classifier.inputShape {
            return
                "a detector is for images of \(detector.imageShape), and the classifier's are \(classifier.inputShape)"
        }
        if org.reading != .image {
            return "CNN_org reads the image, and this one the \(org.reading.rawValue)"
        }
        if sen.reading == .image {
            return "CNN_sen reads the input sensitivity, and this one the image"
        }
        if !(0...1).contains(masking.alpha) {
            return "α is \(masking.alpha), and it lies in 0…1"
        }
        if !(1...1000).contains(copies) {
            return "the rectifier is to be asked about \(copies) copies, and 1 to 1000 are possible"
        }
        return nil
    }

    enum PartName {
        static let classifier = "classifier.safetensors"
        static let org = "org.safetensors"
        static let sen = "sen.safetensors"
        static let rectifier = "rectifier.safetensors"
    }
}
