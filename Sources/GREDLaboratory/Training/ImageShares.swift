/// Which images each attack has to train on.
///
/// Detectors and the rectifier see more images when each attack has its own than when all take the same
/// ones. So the attacks of a family never share, and get smaller shares where there are too few images.
/// A family starts where the one before it ended, and goes on at the first image after the last: it shares
/// images with another one only where there are too few for both.
struct ImageShares {
    /// Of each attack, family by family: the places of its images.
    let places: [[Int]]

    /// - Parameters:
    ///   - families: how many images each attack asks for.
    ///   - count: how many images there are.
    init(of families: [[Int]], among count: Int) {
        var first = 0
        var places: [[Int]] = []
        for family in families {
            let wanted = family.reduce(0, +)
            for share in family {
                let share = wanted > count ? share * count / wanted : share
                places.append((first..<first + share).map { $0 % max(count, 1) })
                first += share
            }
        }
        self.places = places
    }
}
