extension Planes {
    /// As if lit more or less.
    func brightened(by factor: Double) -> Planes {
        Planes(shape: shape, values: values.map { $0 * factor })
    }

    /// Lights and darks farther apart or closer together, around the mean of all values.
    func contrasted(by factor: Double) -> Planes {
        let mean = values.reduce(0, +) / Double(values.count)
        return Planes(shape: shape, values: values.map { mean + ($0 - mean) * factor })
    }
}
