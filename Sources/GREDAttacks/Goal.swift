import LibTorch

/// The true labels of images, `[N]`. Not to be confused with ``Targets``.
public struct Labels {
    /// Class numbers from 0, of int64.
    public let tensor: Tensor
    /// Class numbers from 0, one an image, in the CPU's memory.
    public init(_ values: [Int]) throws { tensor = try Tensor(values) }
    /// Class numbers `[N]` of any integer type, left on their device.
    public init(_ tensor: Tensor) throws { self.tensor = try tensor.to(.int64) }
}

/// The labels that an attacker wants images to be given, `[N]`. Not to be confused with ``Labels``.
public struct Targets {
    /// Class numbers from 0, of int64.
    public let tensor: Tensor
    /// Class numbers from 0, one an image, in the CPU's memory; not compared with the true labels.
    public init(_ values: [Int]) throws { tensor = try Tensor(values) }
    /// Class numbers `[N]` of any integer type, left on their device.
    public init(_ tensor: Tensor) throws { self.tensor = try tensor.to(.int64) }

    /// For each image a target drawn uniformly from the classes other than its label, in the CPU's
    /// memory.
    /// - Throws: ``AttackFault/tooFewClasses(_:)`` below two classes.
    public static func random(
        avoiding labels: [Int], classes: Int, seeds: ImageSeeds
    ) throws -> Targets {
        guard classes >= 2 else { throw AttackFault.tooFewClasses(classes) }
        return try Targets(
            labels.enumerated().map { position, label in
                var stream = seeds.stream(at: position, purpose: "random target")
                let other = Int.random(in: 0..<classes - 1, using: &stream)
                return other < label ? other : other + 1
            })
    }
}

/// What an attack tries to reach.
public enum Goal {
    /// Any label but the true one.
    case untargeted(Labels)
    /// One label chosen beforehand.
    case targeted(Targets)

    /// Whether one chosen label is wanted, rather than any but the true one.
    public var isTargeted: Bool {
        if case .targeted = self { true } else { false }
    }

    /// The label that matters, `[N]`: the true one or the target.
    public var classes: Tensor {
        switch self {
        case .untargeted(let labels): labels.tensor
        case .targeted(let targets): targets.tensor
        }
    }

    /// By how many nats of logit an image is adversarial, `[N]`; positive exactly where it is.
    ///
    /// Untargeted: max_{i≠y} a_i − a_y; targeted: a_t − max_{i≠t} a_i.
    public func lead(in logits: Tensor) throws -> Tensor {
        let lead = try logits.lead(of: classes)
        return isTargeted ? lead : try -lead
    }

    /// What an attack climbs, `[N]`: the soft margin of the goal's label, whose gradient keeps its
    /// scale at any confidence, with the sign that leads towards the goal.
    public func objective(in logits: Tensor) throws -> Tensor {
        let margin = try logits.margin(of: classes)
        return isTargeted ? margin : try -margin
    }

    /// Whether each image is adversarial with at least this confidence in nats, `[N]` of booleans.
    /// NaN logits never are.
    public func isReached(in logits: Tensor, confidence: Double = 0) throws -> Tensor {
        let lead = try lead(in: logits)
        return confidence > 0 ? try lead .>= confidence : try lead .> 0
    }

    /// The same goal on a device.
    public func to(_ device: Device) throws -> Goal {
        switch self {
        case .untargeted(let labels): .untargeted(try Labels(labels.tensor.to(device)))
        case .targeted(let targets): .targeted(try Targets(targets.tensor.to(device)))
        }
    }

    /// The goal of some of the images.
    public func rows(_ indices: [Int]) throws -> Goal {
        switch self {
        case .untargeted(let labels): .untargeted(try Labels(labels.tensor.rows(indices)))
        case .targeted(let targets):
            .targeted(try Targets(targets.tensor.rows(indices)))
        }
    }
}
