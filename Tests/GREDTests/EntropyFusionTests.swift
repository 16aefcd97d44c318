import Foundation
import LibTorch
import TestSupport
import Testing

@testable import GRED

/// The paper's formulas, written out in Double.
private enum Paper {
    /// H = −(p⁺ log₂ p⁺ + p⁻ log₂ p⁻) (Eq. 11).
    static func entropy(_ p: Double) -> Double {
        [p, 1 - p].reduce(0) { $1 > 0 ? $0 - $1 * log2($1) : $0 }
    }

    /// p⁻ of the detector that decides (Eq. 12).
    static func joined(_ org: Double, _ sen: Double) -> Double {
        entropy(org) < entropy(sen) ? org : sen
    }
}

@Suite("An opinion")
struct OpinionTests {
    @Test("has the entropy of its probabilities, in bits")
    func entropy() throws {
        try useOneThread()
        let logits = stride(from: -12.0, through: 12, by: 0.25).map { $0 }
        let opinion = Opinion(logit: try Tensor(logits.map(Float.init)))
        let found = try opinion.entropy().doubles()
        let probabilities = try opinion.adversarialProbability().doubles()
        for (index, logit) in logits.enumerated() {
            let p = 1 / (1 + exp(-logit))
            #expect(abs(probabilities[index] - p) < 1e-6)
            #expect(abs(found[index] - Paper.entropy(p)) < 1e-6, "logit \(logit)")
        }
        #expect(try Opinion(logit: Tensor([0.0])).entropy().item() == 1)
    }

    @Test("has the entropy of its probabilities also where one of them is tiny")
    func smallEntropy() throws {
        try useOneThread()
        for logit in [15.0, 30, 60, 80] {
            // 1 − p⁺ is lost in Double too: H = σ(−z)·z/ln 2 + σ(z)·ln(1 + e^−z)/ln 2.
            let expected = (exp(-logit) * logit + exp(-logit)) / log(2)
            for sign in [-1.0, 1] {
                let opinion = Opinion(logit: try Tensor([Float(sign * logit)]))
                let found = try opinion.entropy().item()
                #expect(abs(found / expected - 1) < 1e-3, "logit \(sign * logit)")
            }
        }
    }

    @Test(
        "has no entropy where it is certain, and nothing that is no number", arguments: [200, 1e30])
    func certain(_ size: Float) throws {
        try useOneThread()
        let opinion = Opinion(logit: try Tensor([-size, size]))
        #expect(try opinion.entropy().floats() == [0, 0])
        #expect(try opinion.adversarialProbability().floats() == [0, 1])
    }
}

@Suite("The detectors are joined by entropy")
struct EntropyFusionTests {
    private func joined(_ org: [Float], _ sen: [Float]) throws -> (z: [Float], org: [Bool]) {
        try useOneThread()
        let found = try EntropyFusion.joined(
            org: Opinion(logit: Tensor(org)), sen: Opinion(logit: Tensor(sen)))
        return (try found.opinion.logit.floats(), try found.orgDecides.bools())
    }

    @Test("as the paper's formulas say, over all pairs of probabilities")
    func grid() throws {
        let shares = [0.001, 0.01] + stride(from: 0.05, to: 1, by: 0.05) + [0.99, 0.999]
        // Symmetric pairs such as (0.05, 0.95) are ties in the paper; in floating point their
        // logits are given here as exact opposites.
        let logits = shares.map { p in p < 0.5 ? log(p / (1 - p)) : -log((1 - p) / p) }
        let pairs = shares.indices.flatMap { o in shares.indices.map { (o, $0) } }
        let found = try joined(
            pairs.map { Float(logits[$0.0]) }, pairs.map { Float(logits[$0.1]) })
        for (place, (o, s)) in pairs.enumerated() {
            let isTie = abs(Paper.entropy(shares[o]) - Paper.entropy(shares[s])) < 1e-9
            let expected = isTie ? shares[s] : Paper.joined(shares[o], shares[s])
            let p = 1 / (1 + exp(-Double(found.z[place])))
            #expect(abs(p - expected) < 1e-6, "p_o \(shares[o]), p_s \(shares[s])")
            if isTie && abs(logits[o]) == abs(logits[s]) { #expect(!found.org[place]) }
        }
    }

    @Test("a tie goes to CNN_sen, whatever the two say")
    func ties() throws {
        let found = try joined([2, -2, 2, 0, 200], [-2, 2, 2, 0, -200])
        #expect(found.z == [-2, 2, 2, 0, -200])
        #expect(found.org == [false, false, false, false, false])
    }

    @Test("the more certain decides, also where both entropies are 0 in float32")
    func saturated() throws {
        let org: [Float] = [200, -200, 200, -201, 150, 1e30]
        let sen: [Float] = [-150, 150, -201, 200, -200, -200]
        let entropies = try [org, sen].map { try Opinion(logit: Tensor($0)).entropy().floats() }
        #expect(entropies.joined().allSatisfy { $0.isZero })
        let found = try joined(org, sen)
        #expect(found.z == [200, -200, -201, -201, -200, 1e30])
        #expect(found.org == [true, true, false, true, false, true])
    }

    @Test("an opinion that is no number is not passed over for the other's")
    func notANumber() throws {
        let found = try joined([.nan, -3, .nan, .nan, 3], [-3, .nan, 3, .nan, .nan])
        #expect(found.z.allSatisfy { $0.isNaN })
    }
}
