import Foundation

/// The per-image scores of an attack as CSV: what its row of Table 2 is counted from, so that anyone can
/// count again.
///
/// The first line, after `#`, is the command; then the names of the columns. `image` counts the images
/// that the attack turned, in the order of the test set; a clean image has the same number as its
/// adversarial copy and its noisy one.
public enum ScoresFile {
    /// A command that counts DET_org and DET_GRED of an attack's row of Table 2 again, unrounded: a clean
    /// image is judged rightly at most at 0, an adversarial one above, and Eq. 12 takes what is further from
    /// 0, of equals CNN_sen.
    static func counting(_ attack: PaperAttack) -> String {
        #"""
        awk -F, '$1 == "unrounded" && $2 != "noise" {
          org = $4 + 0; sen = $6 + 0; gred = org * org > sen * sen ? org : sen
          bad = $2 == "adversarial"; n++; a += (org > 0) == bad; b += (gred > 0) == bad
        } END { printf "DET_org %.3f, DET_GRED %.3f, n %d\n", a / n, b / n, n }'
        """# + " scores/\(attack.rawValue)*.csv"
    }

    /// A file grows to no more than this: one attack on ten thousand images takes several.
    static let bytes = 1_000_000

    /// The texts of one attack's files, each with the first lines of its own; mostly there is one.
    static func texts(
        _ scores: [Rendition: DetectorScores], attack: PaperAttack, command: String
    ) -> [String] {
        let columns = ScoreColumn.allCases
        let head =
            "# \(command)\n# \(attack.rawValue)\nrendition,kind,image,"
            + columns.map(\.rawValue).joined(separator: ",") + "\n"
        var texts = [head]
        for rendition in Rendition.allCases {
            guard let all = scores[rendition] else { continue }
            for (kind, found) in [
                ("clean", all.clean), ("adversarial", all.adversarial), ("noise", all.noise),
            ] {
                let values = columns.map { found[$0] }
                for image in 0..<found.count {
                    let numbers = values.map { $0.map { ScoreColumns.text($0[image]) } ?? "" }
                    let line =
                        "\(rendition.rawValue),\(kind),\(image),"
                        + numbers.joined(separator: ",") + "\n"
                    if texts[texts.count - 1].utf8.count + line.utf8.count > bytes {
                        texts.append(head)
                    }
                    texts[texts.count - 1] += line
                }
            }
        }
        return texts
    }
}
