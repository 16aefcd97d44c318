/// What the guard says of one image.
public struct Verdict: Sendable, Hashable, Codable {
    /// Whether the image is taken for adversarial: its log-odds exceed the guard's threshold.
    public var isAdversarial: Bool
    /// p⁻ of the universal detector, or of the one of the paper's two that decided (Eq. 12).
    public var adversarialProbability: Float
    /// ln(p⁻/p⁺) of the same detector: tells apart what p⁻ near 0 or 1 no longer can.
    public var logOdds: Float
    /// What CNN_org says (Eqs. 8, 11), in a guard of the paper's two networks.
    public var org: Part?
    /// What CNN_sen says (Eqs. 9, 11), in a guard of the paper's two networks.
    public var sen: Part?
    /// The label of the guarded classifier.
    public var label: Int
    /// The label that is given back: the chooser's, which weighs all that speaks for each class, or in the
    /// paper's guard the rectifier's; nil where none was asked for.
    public var recoveredLabel: Int?

    /// What one detector thinks.
    public struct Part: Sendable, Hashable, Codable {
        /// p⁻ of this detector, in 0…1 (Eqs. 8 and 9).
        public var adversarialProbability: Float
        /// ln(p⁻/p⁺) of this detector, in nats; positive where it says adversarial.
        public var logOdds: Float
        /// In bits (Eq. 11).
        public var entropy: Float

        /// The paper's rule: benign when p⁺ ≥ p⁻. A logit that is no number does not pass for
        /// benign.
        public var isAdversarial: Bool { !(logOdds <= 0) }
    }

    /// The label that the guard answers with: the classifier's for a benign image, the recovered
    /// one for an adversarial.
    public var answer: Int { isAdversarial ? recoveredLabel ?? label : label }
}
