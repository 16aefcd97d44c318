import Foundation
import GREDClassifiers
import LibTorch
import Testing

@testable import GREDAttacks

@Suite(.serialized) struct Probe {
    @Test func probe() throws {
        let s = try Subject()
        let b = try Safetensors.read(URL(fileURLWithPath: "/tmp/atk/big.safetensors")).tensors
        let im = b["images"]!
        let u = Goal.untargeted(try Labels(b["labels"]!)), t = Goal.targeted(try Targets(b["targets"]!.ints()))
        let seeds = ImageSeeds(seed: 1, range: 0..<im.shape[0])
        func show(_ name: String, _ attack: any Attack, _ goal: Goal) throws {
            let start = Date()
            let ours = try attack.perturb(im, towards: goal, against: s.network, seeds: seeds)
            let time = Date().timeIntervalSince(start)
            let peer = b[name]!
            let x = try Outcome(ours, from: im, towards: goal, against: s.network)
            let y = try Outcome(peer, from: im, towards: goal, against: s.network)
            let d = try largestDifferences(ours, peer)
            let ratios = zip(x.lengths, y.lengths).map { $0 / $1 }.sorted()
            let mean = ratios.reduce(0, +) / Float(ratios.count)
            print("PROBE", name, x.successes, y.successes, x.medianLength, y.medianLength, "max", d.max()!, "near", d.count { $0 < 1e-4 }, "of", d.count, "ratio mean", mean, "min", ratios.first!, "max", ratios.last!, "time", time)
        }
        for n in [20, 50, 100] {
            try show("ddn u \(n)", DDN(steps: n), u)
            try show("ddn t \(n)", DDN(steps: n), t)
        }
        try show("df f", DeepFool(), u)
        try show("df a", DeepFool(), u)
        try show("cw 9x100", CW(searchSteps: 9, iterations: 100), u)
        try show("cw 9x100", CW(searchSteps: 9, iterations: 100, abortsEarly: false), u)
        try show("cw 3x150", CW(searchSteps: 3, iterations: 150, initialConstant: 0.1), u)
        try show("cw 3x150", CW(searchSteps: 3, iterations: 150, initialConstant: 0.1, abortsEarly: false), u)
        if ProcessInfo.processInfo.environment["LONG"] != nil {
        try show("cw 9x1000", CW(), u)
        try show("cw 9x1000", CW(abortsEarly: false), u) }
    }
}
