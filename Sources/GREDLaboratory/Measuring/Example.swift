import GRED
import LibTorch

/// One attacked image with all that the guard made of it, for people to look at.
public struct Example {
    /// The attack's title, such as `ddn (targeted)`.
    public var attack: String
    /// The class number, which f gives to the original too.
    public var trueLabel: Int
    /// `[1, C, H, W]` in 0…1.
    public var original: Tensor
    /// The copy that fools f, at 8 bits, `[1, C, H, W]` in 0…1.
    public var adversarial: Tensor
    /// The map of the adversarial copy on the logarithmic scale, in 0…1, `[1, 1, H, W]`.
    public var sensitivity: Tensor
    /// The adversarial copy with suspect pixels replaced (Eq. 14), `[1, C, H, W]` in 0…1.
    public var masked: Tensor
    /// Of the adversarial copy, always with a recovered label.
    public var verdict: Verdict

    /// The first survivors of an attack.
    static func first(_ count: Int, of record: AttackRecord, attack: String, sentry: Guard) throws
        -> [Example]
    {
        let chosen = Array(record.survivors.prefix(count))
        let adversarial = try record.rounded.rows(chosen)
        let inspection = try sentry.inspect(adversarial, recovery: .ofAll)
        let maps = try (inspection.sensitivity.logMap() / -InputSensitivity.logFloor + 1)
            .maximum(over: [1], keepDimensions: true)
        return try chosen.indices.map { place in
            Example(
                attack: attack, trueLabel: record.labels[chosen[place]],
                original: try record.originals.rows([chosen[place]]),
                adversarial: try adversarial.rows([place]), sensitivity: try maps.rows([place]),
                masked: try inspection.masked.rows([place]), verdict: inspection.verdicts[place])
        }
    }
}
