import LibTorch

/// Joins the two detectors: for each image, the one with the lower entropy decides (paper, Eq. 12).
public enum EntropyFusion {
    /// The deciding opinion of each image, and where it is CNN_org's, `[N]` of booleans.
    public static func joined(org: Opinion, sen: Opinion) throws -> (
        opinion: Opinion, orgDecides: Tensor
    ) {
        // The entropy of a pair (p⁺, p⁻) falls as |z| grows, so comparing |z| compares entropies
        // exactly, also where both are 0 in float32. A tie goes to CNN_sen, as in Eq. 12.
        // A logit that is no number decides, lest the other speak for an image that nobody can judge.
        let orgDecides = try (org.logit.abs() .> sen.logit.abs()) .| org.logit.isNaN()
        return (
            Opinion(logit: try orgDecides.choose(org.logit, sen.logit)), orgDecides
        )
    }
}
