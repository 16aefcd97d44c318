import Foundation
import GREDCharts

/// A share of ours beside the paper's.
public struct ComparedFigure: Sendable, Codable {
    /// How ours stands to the paper's.
    public enum Verdict: String, Sendable, Codable {
        /// At most 0.01 below, or above.
        case green
        /// Further below, but not for certain.
        case amber
        /// Below: the upper end of our 95% interval does not reach the paper's.
        case red
    }

    /// In 0…1; not a number where nothing was counted.
    public var ours: Double
    /// The lower and the upper 95% bound (Wilson).
    public var interval: [Double]
    /// How many images or verdicts were counted.
    public var samples: Int
    /// What the paper prints; nil where it has no such number.
    public var paper: Double?
    /// Ours less the paper's.
    public var difference: Double?
    /// What ours is judged by in place of the paper's number, where that cannot be.
    public var target: Double?
    /// Nil where nothing is compared, or a larger number is no better.
    public var verdict: Verdict?
    /// Why a red one falls short, as far as can be told from what was measured.
    public var reason: String?
    /// What is wrong with the paper's number, where something is.
    public var doubt: String?

    /// - Parameters:
    ///   - paper: what the paper prints.
    ///   - isJudged: whether larger is better, so that a colour makes sense.
    ///   - limit: the most that can be: ours is judged by it where the paper's number is larger and in
    ///     doubt.
    public init(
        _ share: Proportion, paper: PaperNumbers.Cell?, isJudged: Bool = true, limit: Double? = nil
    ) {
        ours = share.value
        interval = share.bounds
        samples = share.trials
        self.paper = paper?.value
        doubt = paper?.doubt
        guard let paper, ours.isFinite else { return }
        difference = ours - paper.value
        guard isJudged else { return }
        if paper.doubt != nil, let limit, limit < paper.value { target = limit }
        let aim = target ?? paper.value
        // Rounded as they are printed: 0.99 against 1.000 is a hundredth, whatever floats make of it.
        if ours >= aim - 0.01 - 1e-9 {
            verdict = .green
        } else {
            verdict = share.wilson95.upperBound < aim ? .red : .amber
        }
    }

    /// The same with a reason, where it falls short.
    func explained(_ reason: String) -> ComparedFigure {
        var figure = self
        if verdict == .red { figure.reason = reason }
        return figure
    }

    var tint: Tint {
        switch verdict {
        case .green: .good
        case .amber: .fair
        case .red: .poor
        case nil: .neutral
        }
    }

    /// `0.981 (0.970–0.988)`.
    func formatted(digits: Int = 3) -> String {
        Estimate(value: ours, lower: interval[0], upper: interval[1]).formatted(digits: digits)
    }

    /// `0.981 (0.970–0.988) · 0.998* · −0.017`: ours with its bounds, the paper's, the difference; an
    /// asterisk marks a number that is in doubt.
    var cell: Table.Cell { Table.Cell(formatted() + comparison, tint: tint) }

    /// The same without bounds, for a terminal.
    var shortCell: Table.Cell { Table.Cell(Figure.fixed(ours) + comparison, tint: tint) }

    private var comparison: String {
        guard let paper else { return "" }
        let sign = (difference ?? 0) > 0 ? "+" : ""
        return " · \(Figure.fixed(paper))\(doubt == nil ? "" : "*") · "
            + sign + Figure.fixed(difference ?? .nan)
    }
}

extension Optional where Wrapped == ComparedFigure {
    /// A dash where there is none.
    var cell: Table.Cell { self?.cell ?? Table.Cell(Figure.missing) }
}

extension Table {
    /// Adds to the note what is wrong with the paper's numbers that have an asterisk here, each thing once.
    mutating func explainAsterisks(of figures: [ComparedFigure?]) {
        var doubts: [String] = []
        for figure in figures {
            guard let doubt = figure?.doubt, !doubts.contains(doubt) else { continue }
            doubts.append(doubt)
        }
        guard !doubts.isEmpty else { return }
        let words = "Asterisks: \(doubts.joined(separator: " "))"
        note = note.map { "\($0) \(words)" } ?? words
    }
}
