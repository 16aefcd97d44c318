/// Eight colours that people with any of the common kinds of colour vision can tell apart.
///
/// Any two differ by at least 25 (CIE76) seen with normal, protanope, deuteranope and tritanope
/// eyes (Machado et al. 2009), and each has a contrast of at least 3:1 against the ground: found by
/// a random search from Okabe and Ito's palette. A chart's ninth series takes the first colour
/// again, dashed.
enum Palette {
    static let light = [
        "#0b4d82", "#da699b", "#13aa5e", "#af8d00", "#5d76ff", "#884800", "#500fa4", "#39241a",
    ]
    static let dark = [
        "#6388d2", "#f77f4e", "#00f498", "#ecbc19", "#a5d3ff", "#b56190", "#9764ff", "#c0c2bf",
    ]

    /// The classes that give a series its colour and, past the eighth, its dashes.
    static func classes(of index: Int) -> String {
        let round = index / light.count % 3
        return "c\(index % light.count)" + (round == 0 ? "" : " d\(round)")
    }
}
