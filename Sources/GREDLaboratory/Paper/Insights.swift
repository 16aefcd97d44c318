import Foundation
import GREDCharts

/// Insight I, which has no figure in the paper: samples nearer to the hyperplane have larger
/// sensitivities.
public struct InsightOne: Sendable, Codable {
    /// By `clean` or an attack's name: Spearman's ρ between the generalised distance (Eq. 5) and ‖S‖₂.
    public var correlations: [String: Double]
    /// The same over clean images and all attacks' together.
    public var together: Double
    /// How many images there are together.
    public var images: Int
}

/// Norms and distances of clean images and of each attack's, from the scores.
struct PaperInsights {
    /// A group of images.
    struct Group {
        var name: String
        /// ln ‖S‖₂.
        var logNorms: [Float]
        /// The generalised distance of Eq. 5; empty where f's last layer is not linear.
        var distances: [Float]
    }

    /// Clean images first, then one group an attack.
    let groups: [Group]

    private static let clean = "clean"

    init(_ scores: [PaperAttack: [Rendition: DetectorScores]], _ rendition: Rendition) {
        let found = PaperAttack.allCases.compactMap { attack in
            scores[attack]?[rendition].map { (attack, $0) }
        }
        func group(_ name: String, _ columns: ScoreColumns) -> Group {
            Group(
                name: name, logNorms: columns[.logNorm] ?? [], distances: columns[.distance] ?? [])
        }
        // All attacks have the same images first; the one that turned most has most clean originals.
        let clean = found.max { $0.1.turned < $1.1.turned }?.1.clean
        groups =
            (clean.map { [group(Self.clean, $0)] } ?? [])
            + found.map { group($0.0.rawValue, $0.1.adversarial) }.filter { !$0.logNorms.isEmpty }
    }

    /// Fig. 2: ‖S‖₂, a row a group.
    var normChart: DistributionChart {
        DistributionChart(
            title: "Fig. 2: input sensitivity of clean and adversarial images", axisLabel: "‖S‖₂",
            groups: groups.map { group in
                .init(group.name, log10Values: group.logNorms.map { Double($0) / log(10) })
            })
    }

    /// Whether Insight II holds here, that adversarial images are more sensitive: by medians of ‖S‖₂.
    var insightTwo: String {
        guard let clean = groups.first(where: { $0.name == Self.clean }),
            let middle = Statistics.median(clean.logNorms)
        else { return "" }
        let attacks = groups.filter { $0.name != Self.clean }
        func isAbove(_ group: Group) -> Bool {
            Statistics.median(group.logNorms).map { $0 > middle } ?? false
        }
        let parts = [
            ("above clean images", attacks.filter(isAbove)),
            ("not above", attacks.filter { !isAbove($0) }),
        ].filter { !$0.1.isEmpty }.map { "\($0.0): \($0.1.map(\.name).listed)" }
        return "By the medians here, \(parts.joined(separator: "; "))."
    }

    /// Medians of ‖S‖₂, for those who count.
    var normTable: Table {
        var table = Table(
            title: "Fig. 2 as numbers", columns: ["images", .number("n"), .number("median ‖S‖₂")])
        for group in groups {
            table.append([
                .init(group.name), .init(Figure.count(group.logNorms.count)),
                .init(
                    Figure.magnitude(
                        log10: (Statistics.median(group.logNorms) ?? .nan) / log(10))),
            ])
        }
        return table
    }

    /// Insight I in numbers; nil where there are no distances.
    var insightOne: InsightOne? {
        let whole = groups.filter { $0.distances.count == $0.logNorms.count }
        guard !whole.isEmpty else { return nil }
        let (distances, norms) = (whole.flatMap(\.distances), whole.flatMap(\.logNorms))
        return InsightOne(
            correlations: Dictionary(
                uniqueKeysWithValues: whole.map {
                    ($0.name, RankCorrelation.spearman($0.distances, $0.logNorms))
                }),
            together: RankCorrelation.spearman(distances, norms), images: norms.count)
    }

    /// Insight I as a scatter plot: the first images of each group.
    var scatter: LineChart? {
        let whole = groups.filter {
            !$0.distances.isEmpty && $0.distances.count == $0.logNorms.count
        }
        guard !whole.isEmpty else { return nil }
        return LineChart(
            title: "Insight I: the nearer to the hyperplane, the more sensitive",
            x: Axis("generalised distance (Eq. 5)", scale: .log10), y: Axis("log₁₀ ‖S‖₂"),
            series: whole.map { group in
                LineChart.Series(
                    group.name,
                    points: zip(group.distances, group.logNorms).prefix(200).map {
                        Point(x: Double($0), y: Double($1) / log(10))
                    }, isScattered: true)
            })
    }
}
