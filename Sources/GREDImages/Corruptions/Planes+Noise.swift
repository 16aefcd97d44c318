import LibTorch

extension Planes {
    /// Normal numbers point in all directions alike; only their length is made the one wanted.
    func noisy(l2: Double, stream: inout RandomStream) -> Planes {
        let normals = stream.normals(values.count).map(Double.init)
        let length = normals.reduce(0) { $0 + $1 * $1 }.squareRoot()
        // A single pixel may draw a zero, which has no direction.
        let unit = normals.map { $0 / max(length, .leastNormalMagnitude) }
        return Planes(shape: shape, values: zip(values, unit).map { $0 + $1 * l2 })
    }
}
