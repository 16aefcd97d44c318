import Foundation

/// The per-image scores of an attack as CSV: what its row of Table 2 is counted from, so that anyone can
/// count again.
///
/// The first line, after `#`, is the command; then the names of the columns. `image` counts the images
/// that the attack turned, in the order of the test set; a clean image has the same number as its
/// adversarial copy and its noisy one.
public enum ScoresFile {
    /// The text of one attack's file.
    public static func text(
        _ scores: [Rendition: DetectorScores], attack: PaperAttack, command: String
    ) -> String {
        let columns = ScoreColumn.allCases
        var lines = [
            "# \(command)", "# \(attack.rawValue)",
            "rendition,kind,image," + columns.map(\.rawValue).joined(separator: ","),
        ]
        for rendition in Rendition.allCases {
            guard let all = scores[rendition] else { continue }
            for (kind, found) in [
                ("clean", all.clean), ("adversarial", all.adversarial), ("noise", all.noise),
            ] {
                let values = columns.map { found[$0] }
                for image in 0..<found.count {
                    let numbers = values.map { $0.map { ScoreColumns.text($0[image]) } ?? "" }
                    lines.append(
                        "\(rendition.rawValue),\(kind),\(image)," + numbers.joined(separator: ","))
                }
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
