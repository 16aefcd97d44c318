import GREDCharts
import GREDClassifiers
import LibTorch

/// Fig. 5: how many true labels are given back, by α of Eq. 13, on one attack's images.
public struct MaskingRateCurve: Sendable, Codable {
    /// Which attack.
    public var attack: PaperAttack
    /// The images that the attack turned, unrounded.
    public var images: Int
    /// One an α.
    public var points: [Point]

    /// What is found at one α.
    public struct Point: Sendable, Codable {
        /// α of Eq. 13: a larger one masks less.
        public var alpha: Double
        /// The share of pixels that are suspected; a coin spares half of them.
        public var suspected: Double
        /// True labels, of f on masked copies.
        public var classifier: Double
        /// Of f_rec, one for all attacks, on masked copies.
        public var rectifier: Double
        /// Of f with as many pixels masked anywhere.
        public var classifierRandom: Double
        /// Of f_rec with as many pixels masked anywhere.
        public var rectifierRandom: Double
    }
}

extension PaperSetting {
    private struct MaskingRateConfiguration: Encodable {
        var version = 2
        var test: Scope
        var rectifier: RectifierConfiguration
        var images: Int
        var choices: PaperChoices
    }

    /// Fig. 5 for an attack.
    func maskingRate(_ attack: PaperAttack) throws -> MaskingRateCurve {
        let configuration = MaskingRateConfiguration(
            test: try scope(attack, isTest: true), rectifier: try rectifierConfiguration(.forAll),
            images: profile.maskingImages, choices: choices)
        return try bench.figures(of: "paper-masking-rate", configuration) {
            let turned = try TurnedImages(testRecord(attack), .unrounded)
            let count = min(turned.count, profile.maskingImages)
            var curve = MaskingRateCurve(attack: attack, images: count, points: [])
            guard count > 0 else { return curve }
            let images = try turned.adversarial.sliced(0..<count).to(classifier.device)
            let heights = try PixelHeights.of(images, in: classifier)
            let network = try rectifier(.forAll)
            func share(
                _ network: any Classifier, _ alpha: Double, _ choice: PixelChoice
            ) throws -> Double {
                let labels = try MaskedCopies(
                    alpha: alpha, choice: choice, count: Int(choices.copies)
                ).labels(of: network, images, heights: heights)
                return Statistics.share(zip(labels, turned.labels).map { $0 == $1 })
            }
            bench.observer.begin(
                "masking rates, \(attack.rawValue)", total: choices.alphas.count, unit: "α")
            for (place, alpha) in choices.alphas.enumerated() {
                curve.points.append(
                    MaskingRateCurve.Point(
                        alpha: alpha,
                        suspected: try MaskedCopies.suspectedShare(heights, alpha: alpha),
                        classifier: try share(classifier, alpha, .sensitive),
                        rectifier: try share(network, alpha, .sensitive),
                        classifierRandom: try share(classifier, alpha, .random),
                        rectifierRandom: try share(network, alpha, .random)))
                try bench.observer.advance(to: place + 1, note: "")
            }
            bench.observer.finish("masking rates, \(attack.rawValue): \(count) images")
            return curve
        }
    }
}

extension ReproductionReport {
    /// Fig. 5: targeted attacks, then untargeted ones; each against α and against the masked share.
    var maskingRateCharts: [Block] {
        [true, false].flatMap { isTargeted -> [Block] in
            let curves = maskingRate.filter {
                $0.attack.isTargeted == isTargeted && !$0.points.isEmpty
            }
            guard !curves.isEmpty else { return [] }
            let side = isTargeted ? "targeted (left)" : "untargeted (right)"
            return [
                .chart(
                    chart(curves, "Fig. 5, \(side): labels given back, by α", Axis("α of Eq. 13")) {
                        $0.alpha
                    },
                    caption: """
                        For each attack f_rec, one for all attacks, and f itself on the same masked \
                        copies. The last two curves: as many pixels masked anywhere, the mean over these \
                        attacks. At most \(curves.map(\.images).max() ?? 0) images an attack, unrounded.
                        """),
                .chart(
                    chart(
                        curves, "Fig. 5, \(side): labels given back, by what is masked",
                        Axis.share("share of pixels suspected")
                    ) { $0.suspected },
                    caption: """
                        The same against the share of pixels that Eq. 13 suspects; a coin spares half of \
                        them. The paper's axis reads as a masked share, while a larger α masks less.
                        """),
            ]
        }
    }

    private func chart(
        _ curves: [MaskingRateCurve], _ title: String, _ axis: Axis,
        x: (MaskingRateCurve.Point) -> Double
    ) -> LineChart {
        func series(
            _ name: String, _ curve: MaskingRateCurve, _ y: (MaskingRateCurve.Point) -> Double
        ) -> LineChart.Series {
            LineChart.Series(
                name, points: curve.points.map { Point(x: x($0), y: y($0)) }.sorted { $0.x < $1.x })
        }
        let own = curves.flatMap { curve in
            [
                series("\(curve.attack.rawValue), f_rec", curve, \.rectifier),
                series("\(curve.attack.rawValue), f", curve, \.classifier),
            ]
        }
        let mean = Self.mean(curves)
        return LineChart(
            title: title, x: axis, y: .share("true labels given back"),
            series: own + [
                series("random pixels, f_rec", mean, \.rectifierRandom),
                series("random pixels, f", mean, \.classifierRandom),
            ])
    }

    /// The mean curve of several attacks.
    static func mean(_ curves: [MaskingRateCurve]) -> MaskingRateCurve {
        let places = curves.map(\.points.count).min() ?? 0
        return MaskingRateCurve(
            attack: curves[0].attack, images: curves.map(\.images).reduce(0, +),
            points: (0..<places).map { place in
                func mean(_ value: (MaskingRateCurve.Point) -> Double) -> Double {
                    curves.map { value($0.points[place]) }.reduce(0, +) / Double(curves.count)
                }
                return MaskingRateCurve.Point(
                    alpha: mean(\.alpha), suspected: mean(\.suspected),
                    classifier: mean(\.classifier), rectifier: mean(\.rectifier),
                    classifierRandom: mean(\.classifierRandom),
                    rectifierRandom: mean(\.rectifierRandom))
            })
    }
}
