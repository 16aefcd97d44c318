import Foundation
import GREDAttacks
import Testing

@testable import GREDLaboratory

@Suite("Keys made of configurations")
struct ContentKeyTests {
    @Test("a key is SHA-256 of the canonical JSON, in hex")
    func knownKey() throws {
        // printf '{"a":1,"b":[true,"x/y"]}' | sha256sum
        struct Small: Encodable {
            var b = Mixed()
            var a = 1
        }
        struct Mixed: Encodable {
            func encode(to encoder: any Encoder) throws {
                var list = encoder.unkeyedContainer()
                try list.encode(true)
                try list.encode("x/y")
            }
        }
        #expect(
            try ContentKey.of(Small())
                == "05673c11103a25907261fcca3b7ae3ad53dd3e024d90331354c2be19e5ea7601")
    }

    @Test("the order in which a dictionary was filled does not matter")
    func dictionaryOrder() throws {
        let names = (0..<100).map { "setting \($0)" }
        var forwards: [String: Int] = [:]
        var backwards: [String: Int] = Dictionary(minimumCapacity: 1000)
        for (value, name) in names.enumerated() { forwards[name] = value }
        for (value, name) in names.enumerated().reversed() { backwards[name] = value }
        #expect(try ContentKey.of(forwards) == ContentKey.of(backwards))
    }

    @Test("one number more or less is another key")
    func oneNumberMatters() throws {
        let keys = try [
            PGD(epsilon: 0.3, stepSize: 0.01, steps: 40),
            PGD(epsilon: 0.3.nextUp, stepSize: 0.01, steps: 40),
            PGD(epsilon: 0.3, stepSize: 0.02, steps: 40),
            PGD(epsilon: 0.3, stepSize: 0.01, steps: 41),
            PGD(epsilon: 0.3, stepSize: 0.01, steps: 40, startsAtRandom: false),
        ].map(ContentKey.of)
        #expect(Set(keys).count == keys.count)
        #expect(
            try keys[0] == ContentKey.of(PGD(epsilon: 0.3, stepSize: 0.01, steps: 40)))
    }

    @Test("a seed beyond what a Double holds keeps its last digit")
    func largeSeeds() throws {
        #expect(
            try ContentKey.of(["seed": UInt64.max]) != ContentKey.of(["seed": UInt64.max - 1]))
    }
}
