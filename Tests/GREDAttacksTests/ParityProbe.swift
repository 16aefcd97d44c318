import Foundation
import GREDClassifiers
import LibTorch
import Testing

@testable import GREDAttacks

@Suite(.serialized) struct Probe {
    func show(_ name: String, _ s: Subject, _ ours: Tensor, _ peer: Tensor, _ goal: Goal, _ k: Double = 0) throws {
        let a = try Outcome(ours, from: s.images, towards: goal, against: s.network, confidence: k)
        let b = try Outcome(peer, from: s.images, towards: goal, against: s.network, confidence: k)
        let d = try largestDifferences(ours, peer)
        print("PROBE", name, a.successes, b.successes, a.medianLength, b.medianLength, "max", d.max()!, "near", d.count { $0 < 1e-4 },
          "ratios", zip(a.lengths, b.lengths).map { String(format: "%.3f", $0 / max($1, 1e-9)) }.joined(separator: " "))
    }
    @Test func probe() throws {
        let s = try Subject()
        let u = try s.untargeted, t = try s.targeted
        var g = try Golden("fgsm")
        let f = try s.perturbed(by: FGSM(epsilon: 0.1), towards: u)
        try show("fgsm foolbox", s, f, g["foolbox"], u)
        try show("fgsm ta", s, f, g["torchattacks"], u)
        g = try Golden("pgd")
        for n in [1, 10] { try show("pgd \(n)", s, s.perturbed(by: PGD(epsilon: 0.1, stepSize: 0.02, steps: n, startsAtRandom: false), towards: u), g[n == 1 ? "1 step" : "10 steps"], u) }
        try show("pgd t", s, s.perturbed(by: PGD(epsilon: 0.15, stepSize: 0.02, steps: 10, startsAtRandom: false), towards: t), g["targeted, 10 steps"], t)
        g = try Golden("deepfool")
        let d = try s.perturbed(by: DeepFool(), towards: u)
        try show("df foolbox", s, d, g["foolbox"], u)
        try show("df adv-lib", s, d, g["adv-lib"], u)
        g = try Golden("ddn")
        try show("ddn 20", s, s.perturbed(by: DDN(steps: 20), towards: u), g["20 steps"], u)
        try show("ddn 100", s, s.perturbed(by: DDN(steps: 100), towards: u), g["100 steps"], u)
        try show("ddn t", s, s.perturbed(by: DDN(steps: 100), towards: t), g["targeted, 100 steps"], t)
        try show("ddn nolevels", s, s.perturbed(by: DDN(steps: 100, levels: nil), towards: u), g["no levels, 100 steps"], u)
        g = try Golden("cw")
        try show("cw 4x200", s, s.perturbed(by: CW(searchSteps: 4, iterations: 200, initialConstant: 0.1), towards: u), g["4 x 200"], u)
        try show("cw 9x100", s, s.perturbed(by: CW(searchSteps: 9, iterations: 100), towards: u), g["9 x 100"], u)
        try show("cw t", s, s.perturbed(by: CW(searchSteps: 4, iterations: 200, initialConstant: 0.1), towards: t), g["targeted, 4 x 200"], t)
        try show("cw k2", s, s.perturbed(by: CW(searchSteps: 4, iterations: 200, initialConstant: 0.1, confidence: 2), towards: u), g["confidence 2, 4 x 200"], u, 2)
        for (n, c) in [("no abort", CW(searchSteps: 4, iterations: 200, initialConstant: 0.1, abortsEarly: false))] {
            try show("cw " + n, s, s.perturbed(by: c, towards: u), g["4 x 200"], u)
        }
    }
}
