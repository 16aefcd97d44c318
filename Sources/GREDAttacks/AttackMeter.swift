/// What an attack costs and how it gets on: the passes of each image, and when each got nearer.
public final class AttackMeter {
    /// A shorter adversarial perturbation than any before of the same image.
    public struct Improvement: Sendable, Hashable {
        /// The image's place in the batch that the attack began with.
        public var image: Int
        /// How many passes forward the image had taken.
        public var passes: Int
        /// The L2 norm of the perturbation, for pixels in 0…1.
        public var norm: Float

        /// Names all parts.
        public init(image: Int, passes: Int, norm: Float) {
            self.image = image
            self.passes = passes
            self.norm = norm
        }
    }

    /// The passes forward of each image.
    public private(set) var forward: [Int]
    /// The passes back of each image.
    public private(set) var backward: [Int]
    /// How many passes back there were of so many images at once.
    public private(set) var backwardBySize: [Int: Int] = [:]
    /// In the order in which they came. It is the asked classifier that says what is adversarial:
    /// where that is a coarse copy, some of it may not hold.
    public private(set) var improvements: [Improvement] = []

    private var best: [Float]
    private let onPass: (Int) throws -> Void

    /// - Parameters:
    ///   - count: how many images are attacked.
    ///   - onPass: called before each pass forward with the number of images in it; throwing ends
    ///     the attack.
    public init(count: Int, onPass: @escaping (Int) throws -> Void = { _ in }) {
        forward = Array(repeating: 0, count: count)
        backward = forward
        best = Array(repeating: .infinity, count: count)
        self.onPass = onPass
    }

    func countForward(of places: [Int]) throws {
        try onPass(places.count)
        for place in places { forward[place] += 1 }
    }

    func countBackward(of places: [Int]) {
        backwardBySize[places.count, default: 0] += 1
        for place in places { backward[place] += 1 }
    }

    func note(_ places: [Int], lengths: () throws -> [Float], reached: () throws -> [Bool]) throws {
        let reached = try reached()
        guard reached.contains(true) else { return }
        let lengths = try lengths()
        for (row, place) in places.enumerated() where reached[row] && lengths[row] < best[place] {
            best[place] = lengths[row]
            improvements.append(
                Improvement(image: place, passes: forward[place], norm: lengths[row]))
        }
    }
}
