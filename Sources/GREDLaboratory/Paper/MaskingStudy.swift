import GREDCharts
import GREDClassifiers
import LibTorch

/// Table 1: how many adversarial images still fool f when the most sensitive pixels are set to zero.
public struct MaskingStudyRow: Sendable, Codable {
    /// Which attack.
    public var attack: PaperAttack
    /// Whether images are as the attack left them, or at 8 bits.
    public var rendition: Rendition
    /// Which pixels are set to zero: the most sensitive ones, or as many anywhere.
    public var choice: PixelChoice
    /// Images that were attacked.
    public var attempted: Int
    /// Those that the attack turned: n.
    public var succeeded: Int
    /// By the share of pixels, such as `5%`: the images whose label still differs from the true one.
    public var success: [String: ComparedFigure]
}

extension MaskingStudyRow {
    /// Shares of an image's pixels, by rank within the image.
    static let shares = [("0%", 0.0), ("5%", 0.05), ("10%", 0.1)]
    static let attacks: [PaperAttack] = [.deepFoolU, .cwU, .ddnU]
}

extension PaperSetting {
    private struct MaskingStudyConfiguration: Encodable {
        var version = 1
        var test: Scope
        var rendition: Rendition
    }

    /// Table 1 for an attack, and its control.
    func maskingStudy(
        _ attack: PaperAttack, _ rendition: Rendition
    ) throws -> [MaskingStudyRow] {
        let counted = try bench.figures(
            of: "paper-masking-study",
            MaskingStudyConfiguration(
                test: try scope(attack, isTest: true), rendition: rendition)
        ) { try countMasked(attack, rendition) }
        return [PixelChoice.sensitive, .random].map { choice in
            MaskingStudyRow(
                attack: attack, rendition: rendition, choice: choice,
                attempted: min(profile.testCount(attack), testImages.count),
                succeeded: counted.images,
                success: Dictionary(
                    uniqueKeysWithValues: MaskingStudyRow.shares.map { name, _ in
                        let paper = PaperNumbers.cell(
                            .table1, paper, row: attack.rawValue, column: name)
                        return (
                            name,
                            // A control has no counterpart in the paper; and less success is no worse.
                            ComparedFigure(
                                Proportion(
                                    successes: counted.fooled[choice.rawValue]?[name] ?? 0,
                                    of: counted.images),
                                paper: choice == .sensitive ? paper : nil, isJudged: false)
                        )
                    }))
        }
    }

    private struct Counted: Codable {
        var images: Int
        /// By pixel choice and share.
        var fooled: [String: [String: Int]]
    }

    private func countMasked(_ attack: PaperAttack, _ rendition: Rendition) throws -> Counted {
        let turned = try TurnedImages(testRecord(attack), rendition)
        let images = try turned.adversarial.toUnit().to(classifier.device)
        var counted = Counted(images: turned.count, fooled: [:])
        for start in stride(from: 0, to: turned.count, by: 256) {
            let range = start..<min(start + 256, turned.count)
            let batch = try images.sliced(range)
            let map = try classifier.inputSensitivity(of: batch).pixelMap().unsqueezed(1)
            for (name, share) in MaskingStudyRow.shares {
                let count = Int((share * Double(map.count / range.count)).rounded())
                var streams = range.map {
                    RandomStream(seed: bench.seed, purpose: "masking study", index: $0)
                }
                let masks: [(PixelChoice, Tensor)] = [
                    (.sensitive, try Self.top(count, of: map)),
                    (
                        .random,
                        try PixelChoice.anywhere(
                            range.map { _ in count }, like: map, streams: &streams)
                    ),
                ]
                for (choice, mask) in masks {
                    let masked = try mask.choose(batch.zerosLike(), batch)
                    let labels = try classifier.predictions(for: masked).ints()
                    counted.fooled[choice.rawValue, default: [:]][name, default: 0] +=
                        zip(labels, turned.labels[range]).count { $0 != $1 }
                }
            }
        }
        return counted
    }

    /// So many of the largest pixels of each map, `[N, 1, H, W]` of booleans; of equals any.
    static func top(_ count: Int, of map: Tensor) throws -> Tensor {
        let plane = map.count / max(map.shape[0], 1)
        let ranks = try map.flattened(from: 1).largest(plane).indices.ints()
        var flags = [Float](repeating: 0, count: map.count)
        for image in 0..<map.shape[0] {
            for place in 0..<count {
                flags[image * plane + ranks[image * plane + place]] = 1
            }
        }
        return try Tensor(flags, shape: map.shape).to(map.device) .> 0.5
    }
}

extension ReproductionReport {
    /// Table 1 in one rendition.
    func maskingStudyTable(_ rendition: Rendition) -> Table {
        var table = Table(
            title:
                "Table 1, attack success without the most sensitive pixels, \(rendition.rawValue) images",
            columns: [
                "attack", "pixels set to zero", .number("attempted"), .number("succeeded"),
                .number("n"),
            ] + MaskingStudyRow.shares.map { .number("top \($0.0)") },
            note: """
                n: the images that the attack turned. Success: f's label still differs from the true one. Pixels by rank within an image, all \
                channels of a pixel together. Less success is neither better nor worse: nothing is coloured.
                """)
        var shown: [ComparedFigure?] = []
        for row in maskingStudy where row.rendition == rendition {
            let figures = MaskingStudyRow.shares.map { row.success[$0.0] }
            shown += figures
            table.append(
                [
                    .init(row.attack.rawValue),
                    .init(row.choice == .sensitive ? "most sensitive" : "as many, anywhere"),
                    .init(Figure.count(row.attempted)), .init(Figure.count(row.succeeded)),
                    .init(Figure.count(row.success["0%"]?.samples ?? 0)),
                ] + figures.map { $0.cell })
        }
        table.explainAsterisks(of: shown)
        return table
    }
}
