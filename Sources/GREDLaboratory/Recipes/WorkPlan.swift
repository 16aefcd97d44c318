import GREDClassifiers
import LibTorch

/// What is going to be done, and about how long each part takes where nothing of it is in the store.
struct WorkPlan {
    /// In the order in which they are done.
    private(set) var parts: [(what: String, seconds: Double)] = []

    mutating func add(_ what: String, seconds: Double) { parts.append((what, seconds)) }

    /// Says it, a line a part.
    func say(to observer: any WorkObserver) {
        for part in parts {
            observer.say("plan: \(part.what), up to about \(Self.duration(part.seconds))")
        }
        let all = parts.map(\.seconds).reduce(0, +)
        observer.say(
            "plan: up to about \(Self.duration(all)) in all, at the speed measured just now; what an earlier run has left takes no time"
        )
    }

    private static func duration(_ seconds: Double) -> String {
        let minutes = Int(max(seconds / 60, 1).rounded(.up))
        return minutes < 120 ? "\(minutes) min" : "\((minutes + 30) / 60) h"
    }

    /// Passes of the classifier, forward and back, that attacks are likely to take.
    /// - Parameter images: how many the attacks share out among them at most.
    static func passes(of plans: [AttackPlan], sharing images: Int) -> Double {
        // Of an attack's passes only those forward are foretold; most of them go back too.
        let passes = plans.reduce(0) { $0 + 2 * $1.attack.expectedPasses * $1.count }
        return Double(passes) * share(of: plans, sharing: images)
    }

    /// How many images are attacked.
    static func images(of plans: [AttackPlan], sharing images: Int) -> Double {
        Double(plans.reduce(0) { $0 + $1.count }) * share(of: plans, sharing: images)
    }

    private static func share(of plans: [AttackPlan], sharing images: Int) -> Double {
        min(Double(images) / Double(max(plans.reduce(0) { $0 + $1.count }, 1)), 1)
    }

    /// A step of training goes forward, back to the inputs, and back to the weights.
    static let passesOfTraining = 3.0
}
