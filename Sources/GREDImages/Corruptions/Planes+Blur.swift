import Foundation

extension Planes {
    /// A Gaussian is a product, so rows and columns are blurred one after the other.
    func blurred(sigma: Double) -> Planes {
        let weights = Self.gaussian(sigma: sigma)
        return averagedAndTurned(weights).averagedAndTurned(weights)
    }

    /// The weights of the pixels −r…r, which add up to 1; r is 4σ rounded, as in SciPy's
    /// `gaussian_filter`.
    private static func gaussian(sigma: Double) -> [Double] {
        let radius = Int(4 * sigma + 0.5)
        guard radius > 0 else { return [1] }
        let weights = (-radius...radius).map { exp(-0.5 * pow(Double($0) / sigma, 2)) }
        let sum = weights.reduce(0, +)
        return weights.map { $0 / sum }
    }

    /// Each pixel the weighted mean of its row around it, rows become columns: twice is both ways.
    private func averagedAndTurned(_ weights: [Double]) -> Planes {
        let (height, width) = (shape.height, shape.width)
        let radius = weights.count / 2
        var turned = Planes(
            shape: ImageShape(channels: shape.channels, height: width, width: height),
            values: values)
        for channel in 0..<shape.channels {
            for y in 0..<height {
                let row = (channel * height + y) * width
                for x in 0..<width {
                    var mean = 0.0
                    for tap in weights.indices {
                        let near = min(max(x + tap - radius, 0), width - 1)
                        mean += weights[tap] * values[row + near]
                    }
                    turned.values[(channel * width + x) * height + y] = mean
                }
            }
        }
        return turned
    }
}
