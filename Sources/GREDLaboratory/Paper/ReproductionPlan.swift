import GREDCharts
import GREDClassifiers
import GREDImages
import LibTorch

/// What a reproduction is going to do, and about how long each part takes.
public struct ReproductionPlan: Sendable {
    /// A part of the work: several stages that are kept one by one.
    public struct Part: Sendable {
        /// What is done.
        public var title: String
        /// About how long it takes where nothing of it is in the store.
        public var seconds: Double
        /// Whether all of it is in the store.
        public var isDone = false
    }

    /// In the order in which they are done.
    public private(set) var parts: [Part] = []

    /// All parts together that are not done.
    public var seconds: Double { parts.map { $0.isDone ? 0 : $0.seconds }.reduce(0, +) }

    mutating func add(_ title: String, seconds: Double) {
        parts.append(Part(title: title, seconds: seconds))
    }

    /// Notes which parts are done already.
    mutating func note(isDone: (Part) throws -> Bool) rethrows {
        for number in parts.indices { parts[number].isDone = try isDone(parts[number]) }
    }

    /// The plan as a table.
    public var table: Table {
        var table = Table(
            columns: ["part", .number("about")],
            note:
                "Together about \(Self.duration(seconds)) at the speed measured just now; stages of"
                + " other parts that are in the store take no time.")
        for part in parts {
            table.append([
                .init(part.title), .init(part.isDone ? "done" : Self.duration(part.seconds)),
            ])
        }
        return table
    }

    static func duration(_ seconds: Double) -> String {
        switch seconds {
        case ..<90: "\(Int(max(seconds, 1).rounded(.up))) s"
        case ..<5_400: "\(Int((seconds / 60).rounded(.up))) min"
        default: Figure.fixed(seconds / 3_600, digits: 1) + " h"
        }
    }
}

/// How fast networks pass images here, for a plan.
struct PaperSpeed {
    /// Passes of f a second, one image each.
    let classifier: Double
    /// The same of f's surrogate.
    let surrogate: Double
    /// The same of a detector.
    let detector: Double

    init(
        _ profile: PaperProfile, classifier: any Classifier, surrogate: any Classifier,
        bench: Workbench
    ) throws {
        let detector = try NetworkClassifier(
            NetworkClassifier.Description(
                architecture: Architecture(.vgg11, width: profile.detectorWidth),
                inputShape: classifier.inputShape, classNames: ["benign", "adversarial"]), seed: 0)
        try detector.move(to: bench.device)
        self.classifier = try PassRate.measured(of: classifier, in: profile.precision)
        self.surrogate = try PassRate.measured(of: surrogate, in: profile.precision)
        self.detector = try PassRate.measured(of: detector, in: profile.precision)
    }

    /// A step of training goes forward, back to the inputs, and back to the weights.
    static let passesOfTraining = 3.0
}

/// Says how far the whole is, and keeps in the store which parts are done.
final class WholeProgress {
    private let plan: ReproductionPlan
    private let observer: any WorkObserver
    private let finish: (ReproductionPlan.Part) throws -> Void
    private var next = 0

    /// - Parameter finish: is given each part that is done.
    init(
        _ plan: ReproductionPlan, observer: any WorkObserver,
        finish: @escaping (ReproductionPlan.Part) throws -> Void
    ) {
        self.plan = plan
        self.observer = observer
        self.finish = finish
    }

    /// Goes past the next part of the plan, which cannot be done.
    func skip() { next += 1 }

    /// Does the next part of the plan.
    func part<Result>(_ body: () throws -> Result) throws -> Result {
        let part = plan.parts[next]
        let left = plan.parts[next...].map { $0.isDone ? 0 : $0.seconds }.reduce(0, +)
        next += 1
        observer.say(
            "part \(next) of \(plan.parts.count): \(part.title); up to about"
                + " \(ReproductionPlan.duration(left)) left")
        let result = try body()
        if !part.isDone { try finish(part) }
        return result
    }
}
