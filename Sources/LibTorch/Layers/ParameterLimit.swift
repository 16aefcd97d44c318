/// Keeps a description of a network that came from a file from taking more memory than the file of
/// its weights justifies.
public enum ParameterLimit {
    @TaskLocal private static var elements = Int.max

    /// Builds a network that is to be loaded with `tensors`: a parameter larger than the largest of
    /// them is refused before memory is taken for it.
    /// - Throws: ``TorchError/wrongShape(expected:found:)`` for such a parameter, and what `body`
    ///   throws.
    public static func largest<Result>(
        of tensors: [String: Tensor], _ body: () throws -> Result
    ) throws -> Result {
        try $elements.withValue(tensors.values.map(\.count).max() ?? 0, operation: body)
    }

    static func check(_ shape: [Int]) throws {
        var count = 1
        for size in shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: size)
            count = overflow ? .max : product
        }
        guard count <= elements, count < .max else {
            throw TorchError.wrongShape(
                expected: "at most \(elements) elements, as the weights have", found: "\(shape)")
        }
    }
}
