/// Small sums over samples.
enum Statistics {
    /// The share of flags that hold; NaN for none.
    static func share(_ flags: [Bool]) -> Double {
        flags.isEmpty ? .nan : Double(flags.filter { $0 }.count) / Double(flags.count)
    }

    /// The mean; NaN for none.
    static func mean(_ values: [Int]) -> Double {
        values.isEmpty ? .nan : Double(values.reduce(0, +)) / Double(values.count)
    }

    /// The mean; NaN for none.
    static func mean(_ values: [Double]) -> Double {
        values.isEmpty ? .nan : values.reduce(0, +) / Double(values.count)
    }

    /// The middle value, or the mean of the two in the middle; nil for none.
    static func median(_ values: [Float]) -> Double? {
        guard !values.isEmpty else { return nil }
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count.isMultiple(of: 2)
            ? Double(sorted[middle - 1] + sorted[middle]) / 2 : Double(sorted[middle])
    }
}
