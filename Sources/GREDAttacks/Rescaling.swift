import LibTorch

/// Scales perturbations, each by the first of a few factors that makes its image adversarial.
struct Rescaling {
    /// In the order in which they are tried.
    var factors: [Double]
    /// Where pixels may lie: each candidate is brought there before it is tried.
    var grid: (Tensor) throws -> Tensor
    var confidence = 0.0

    /// - Returns: the images, and the positions of those for which no factor would do, which are left
    ///   as they were.
    func applied(
        to adversarial: Tensor, in batch: AttackBatch
    ) throws -> (images: Tensor, open: [Int]) {
        var results = adversarial
        var open = Array(0..<batch.count)
        for factor in factors where !open.isEmpty {
            let rest = try batch.rows(open)
            let delta = try adversarial.rows(open) - rest.images
            let candidate = try grid(rest.images + delta * factor)
            let reached = try rest.isReached(by: candidate, confidence: confidence).bools()
            let done = reached.indices.filter { reached[$0] }
            if !done.isEmpty {
                results = try results.replacingRows(
                    done.map { open[$0] }, with: candidate.rows(done))
            }
            open = reached.indices.filter { !reached[$0] }.map { open[$0] }
        }
        return (results, open)
    }
}
