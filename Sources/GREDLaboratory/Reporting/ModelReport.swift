import Foundation
import GREDClassifiers
import LibTorch

/// What `gred model show` says of an exported program.
public struct ModelReport: Codable, Sendable {
    /// SHA-256 of the file.
    public var sha256: String
    /// The version of torch that wrote it.
    public var torch: String
    /// `C×H×W`.
    public var images: String
    /// What batches it takes, such as `1…1024`.
    public var batches: String
    /// The number of classes.
    public var classes: Int
    /// `logits` or `probabilities`.
    public var output: String
    /// Where the outputs stand in what the model returns.
    public var outputs: [String]
    /// Numbers in parameters, buffers and constants.
    public var parameters: Int
    /// Multiply–adds of one image.
    public var multiplyAdds: Int
    /// How often each operator is called.
    public var operators: [String: Int]
    /// What a reader of the file should know.
    public var notes: [String]
    /// Whether gradients of gradients can be taken.
    public var secondOrder: DoorCheck.SecondOrder
    /// What the check found.
    public var findings: [DoorCheck.Finding]

    /// Looks at a model that was checked.
    public init(_ model: ProgramClassifier, _ check: DoorCheck) throws {
        let program = model.program
        let shape = model.inputShape
        let range = program.batchSizes
        let batch = max(range?.lowerBound ?? 1, 1)
        let cost = try program.cost(of: [
            .full([batch, shape.channels, shape.height, shape.width], 0.5, device: model.device)
        ])
        sha256 = try model.contentHash()
        torch = model.torchVersion
        images = "\(shape)"
        batches =
            range.map { range in
                if range.lowerBound == range.upperBound { return "\(batch) alone" }
                return "\(range.lowerBound)…"
                    + (range.upperBound == .max ? "" : "\(range.upperBound)")
            } ?? "any"
        classes = model.classCount
        output = model.output.rawValue
        outputs = program.outputs.map { $0.path.isEmpty ? "one tensor" : $0.path }
        parameters = program.tensors.values.map(\.count).reduce(0, +)
        multiplyAdds = cost.multiplyAdds / batch
        operators = cost.calls
        notes = model.notes
        secondOrder = check.secondOrder
        findings = check.findings
    }

    /// For a terminal.
    public var text: String {
        var lines = [
            "images      \(images), batches of \(batches)",
            "output      \(classes) classes, \(output) (\(outputs.joined(separator: ", ")))",
            "parameters  \(parameters.formatted()), \(Self.large(multiplyAdds)) multiply-adds an image",
            "operators   "
                + operators.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
                .map { "\($0.key.replacing("aten::", with: "")) \($0.value)" }
                .joined(separator: ", "),
            "file        written by torch \(torch), SHA-256 \(sha256.prefix(16))…",
        ]
        lines += notes.map { "note        \($0)" }
        lines += findings.map { finding in
            let mark =
                switch finding.verdict {
                case .fine: "ok"
                case .note: "NOTE"
                case .fault: "FAULT"
                }
            return mark.padding(toLength: 6, withPad: " ", startingAt: 0)
                + finding.subject.padding(toLength: 16, withPad: " ", startingAt: 0)
                + finding.sentence
        }
        return lines.joined(separator: "\n")
    }

    private static func large(_ number: Int) -> String {
        let value = Double(number)
        return value >= 1e9
            ? String(format: "%.2f G", value / 1e9) : String(format: "%.1f M", value / 1e6)
    }
}
