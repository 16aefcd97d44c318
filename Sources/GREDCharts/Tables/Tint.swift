/// How a figure or a verdict is to be taken; it chooses a colour, never the text.
public enum Tint: String, Hashable, Sendable, CaseIterable {
    /// No judgement; drawn without colour.
    case neutral
    /// As one would wish.
    case good
    /// Between the two.
    case fair
    /// Not as one would wish.
    case poor
}
