import Foundation
import LibTorch

/// The L2 attack of Carlini and Wagner (2017): minimise ‖x′ − x‖² + c·max(κ − lead, 0) by Adam over
/// w, with x′ = (tanh w + 1)/2, and search for each image's constant c by bisection.
///
/// A constant that succeeded is lowered, one that failed is raised (tenfold while none has
/// succeeded). The smallest adversarial image seen is returned.
///
/// Three things spend passes better than the peers do, each a setting. The search starts a little
/// inside the box: at 0 and 1 tanh is flat, and Adam takes dozens of steps to leave them. A constant
/// starts where the last one ended, if that made the perturbation shorter; else at the image, where
/// another valley may be found. And an image leaves the batch once its shortest perturbation stops
/// becoming shorter, not only when its loss does.
public struct CW: Attack {
    public var name: String { "cw" }
    public static let canTarget = true
    public static let isMinimumNorm = true

    /// How many constants c each image tries, one after another.
    public var searchSteps: Int
    /// The most steps of Adam for each constant.
    public var iterations: Int
    /// Adam's, in units of w rather than of pixels.
    public var learningRate: Double
    /// The first c: what a nat of logit short of the goal costs, beside the squared L2 norm.
    public var initialConstant: Double
    /// κ: how far past the boundary counts as adversarial, in nats of logit.
    public var confidence: Double
    /// Whether an image rests until the next constant once a tenth of the iterations has made
    /// its shortest perturbation, or while there is none its loss, less than a thousandth smaller.
    public var abortsEarly: Bool
    /// How far from 0 and 1 each pixel starts.
    public var margin: Double
    /// Whether a constant goes on from the shortest perturbation, if the one before it lowered that
    /// one's squared norm by more than a hundredth.
    public var goesOn: Bool

    /// Names all settings; the defaults take up to 9 × 1000 passes an image.
    public init(
        searchSteps: Int = 9, iterations: Int = 1000, learningRate: Double = 0.01,
        initialConstant: Double = 0.001, confidence: Double = 0, abortsEarly: Bool = true,
        margin: Double = 0.025, goesOn: Bool = true
    ) {
        self.searchSteps = searchSteps
        self.iterations = iterations
        self.learningRate = learningRate
        self.initialConstant = initialConstant
        self.confidence = confidence
        self.abortsEarly = abortsEarly
        self.margin = margin
        self.goesOn = goesOn
    }

    public var expectedPasses: Int { searchSteps * (abortsEarly ? iterations / 2 : iterations) }
    public func withSteps(_ steps: Int) -> any Attack { with(\.iterations, steps) }

    public var limits: [AttackSetting] {
        [
            AttackSetting("searchSteps", searchSteps, atLeast: 1),
            AttackSetting("iterations", iterations, atLeast: 1),
            AttackSetting("learningRate", learningRate, in: AttackSetting.positive),
            AttackSetting("initialConstant", initialConstant, in: AttackSetting.positive),
            AttackSetting("confidence", confidence, in: 0...1e6),
            AttackSetting("margin", margin, in: 0...0.49),
        ]
    }

    public func search(_ batch: AttackBatch) throws -> Tensor {
        // The search starts inside the box; an image that is adversarial as it is needs none.
        let open = try (.!batch.isReached(by: batch.images, confidence: confidence)).positions()
        guard !open.isEmpty else { return batch.images }
        return try batch.images.replacingRows(
            open, with: searchConstants(batch.rows(open).begun(), from: batch.images.rows(open)))
    }

    /// A fifth of the way to the nearest point of the boundary, taken for flat where the search ended.
    ///
    /// Adam's last strides are too long, and a coarse copy's loss too rough, for the last two per cent. The
    /// whole way would leave the region in which the boundary is nearly flat.
    public func shortened(_ batch: AttackBatch, from found: Tensor) throws -> Tensor? {
        let images = batch.images
        let (_, lead, gradient) = try Gradient.valueAndGradient(at: found) { found in
            let lead = try batch.goal.lead(in: batch.logits(of: found))
            return (lead, lead)
        }
        batch.countBackward()
        let normals = try gradient.withoutNaN().flattened(from: 1)
        let delta = try (found - images).flattened(from: 1)
        let gaps = try lead.detached() - confidence - (normals * delta).rowSums()
        let nearest = try BoxedHyperplane.step(
            from: images.flattened(from: 1), normals: normals, gaps: gaps)
        return try images + (delta + (nearest - delta) * 0.2).reshaped(images.shape)
    }

    /// The same search for images that are not adversarial, from any start: so may a second attack go on
    /// from a first. The perturbation is measured from the batch's images.
    package func search(_ batch: AttackBatch, from start: Tensor) throws -> Tensor {
        try searchConstants(batch.begun(), from: start)
    }

    private func searchConstants(_ batch: AttackBatch, from start: Tensor) throws -> Tensor {
        let count = batch.count
        var best = batch.images
        var bestNorm = [Float](repeating: .infinity, count: count)
        var constants = [Double](repeating: initialConstant, count: count)
        var bounds = [(low: Double, high: Double)](repeating: (0, .infinity), count: count)

        let inside = try start.clamped(min: margin, max: 1 - margin)
        var starts = inside

        for _ in 0..<searchSteps {
            let found = try descend(batch, from: starts, constants: constants)
            let norms = try found.squaredNorm.floats()
            let shortened = norms.indices.filter { norms[$0] < bestNorm[$0] * 0.99 }
            let better = norms.indices.filter { norms[$0] < bestNorm[$0] }
            if !better.isEmpty {
                best = try best.replacingRows(better, with: found.images.rows(better))
                for index in better { bestNorm[index] = norms[index] }
            }
            starts = inside
            if goesOn && !shortened.isEmpty {
                starts = try starts.replacingRows(shortened, with: best.rows(shortened))
            }
            for index in constants.indices {
                if norms[index].isFinite {
                    bounds[index].high = min(bounds[index].high, constants[index])
                } else {
                    bounds[index].low = max(bounds[index].low, constants[index])
                }
                constants[index] =
                    bounds[index].high.isFinite
                    ? (bounds[index].low + bounds[index].high) / 2 : constants[index] * 10
            }
        }
        return best
    }

    /// The smallest adversarial images that one constant each leads to; an infinite norm where none.
    private func descend(
        _ batch: AttackBatch, from starts: Tensor, constants: [Double]
    ) throws -> (images: Tensor, squaredNorm: Tensor) {
        var best = batch.images
        var bestNorm = try Tensor.full([batch.count], .infinity, device: batch.images.device)
        var live = try Live(batch, from: starts, constants: constants)
        let patience = max(iterations / 10, 1)

        for iteration in 0..<iterations {
            let pass = try live.pass(confidence: confidence)
            let norms = try bestNorm.rows(live.batch.places)
            let better =
                try live.batch.goal.isReached(in: pass.logits, confidence: confidence)
                .& (pass.squaredNorm .< norms)
            let places = try better.positions()
            if !places.isEmpty {
                let into = places.map { live.batch.places[$0] }
                best = try best.replacingRows(into, with: pass.images.rows(places))
                bestNorm = try bestNorm.replacingRows(into, with: pass.squaredNorm.rows(places))
            }
            try live.step(along: pass.gradient, learningRate: learningRate)
            if abortsEarly && iteration % patience == 0 && iteration > 0 {
                let open = try live.improving(
                    loss: pass.loss, shortest: bestNorm.rows(live.batch.places))
                guard !open.isEmpty else { break }
                if open.count < live.batch.count { try live.keep(open) }
            }
        }
        return (best, bestNorm)
    }

    /// The images that are still being improved, with their optimiser's state.
    private struct Live {
        var batch: AttackBatch
        var constants: Tensor
        var w: Tensor
        var mean: Tensor
        var square: Tensor
        /// The loss, and from the first success on the squared norm, when it was last looked at.
        var last: Tensor
        var lastShortest: Tensor
        var steps = 0

        init(_ batch: AttackBatch, from starts: Tensor, constants: [Double]) throws {
            self.batch = batch
            let device = batch.images.device
            self.constants = try Tensor(constants.map(Float.init)).to(device)
            // Just inside ±1, where the inverse of tanh is finite.
            w = try ((starts * 2 - 1) * 0.999999).atanh()
            mean = try w.zerosLike()
            square = try w.zerosLike()
            last = try Tensor.full([batch.count], .infinity, device: device)
            lastShortest = last
        }

        func pass(confidence: Double) throws -> (
            images: Tensor, logits: Tensor, squaredNorm: Tensor, loss: Tensor, gradient: Tensor
        ) {
            let (loss, (images, logits, norm), gradient) = try Gradient.valueAndGradient(at: w) {
                w in
                let images = try (w.tanh() + 1) / 2
                let norm = try (images - batch.images).square().rowSums()
                let logits = try batch.logits(of: images)
                let shortfall = try (confidence - batch.goal.lead(in: logits)).clamped(min: 0)
                return (try norm + constants * shortfall, (images, logits, norm))
            }
            batch.countBackward()
            return (
                try images.detached(), try logits.detached(), try norm.detached(), loss,
                try gradient.withoutNaN()
            )
        }

        /// Adam, with the usual decay rates.
        mutating func step(along gradient: Tensor, learningRate: Double) throws {
            steps += 1
            mean = try mean * 0.9 + gradient * 0.1
            square = try square * 0.999 + gradient.square() * 0.001
            let meanScale = 1 / (1 - pow(0.9, Double(steps)))
            let squareScale = 1 / (1 - pow(0.999, Double(steps)))
            let update = try (mean * meanScale) / ((square * squareScale).sqrt() + 1e-8)
            w = try w - update * learningRate
        }

        /// The positions of the images whose shortest perturbation has become shorter since this was
        /// last asked, or while there is none, whose loss has fallen.
        mutating func improving(loss: Tensor, shortest: Tensor) throws -> [Int] {
            let found = try shortest .< .infinity
            let isFirst = try found .& .!(lastShortest .< .infinity)
            let now = try found.choose(shortest, loss)
            let open = try isFirst .| (now .< last * 0.999)
            (last, lastShortest) = (now, shortest)
            return try open.positions()
        }

        mutating func keep(_ open: [Int]) throws {
            batch = try batch.rows(open)
            constants = try constants.rows(open)
            w = try w.rows(open)
            mean = try mean.rows(open)
            square = try square.rows(open)
            last = try last.rows(open)
            lastShortest = try lastShortest.rows(open)
        }
    }
}
