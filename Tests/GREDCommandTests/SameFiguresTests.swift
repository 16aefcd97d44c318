import Foundation
import LibTorch
import Testing

extension ProgramTests {
    /// What may change how fast figures are there, and not which.
    @Suite("Figures that a machine must not change")
    struct SameFiguresTests {
        private let place: Workplace

        init() throws { place = try Workplace() }

        private func attack(_ output: String, _ options: String...) throws -> [[String: Any]] {
            // A cache of its own, or the second run would read what the first one found.
            let outcome = try place.run(
                [
                    "attack", "ddn", "deepfool", "--classifier", "digits", "--data", "digits",
                    "--count", "16", "--json", "--output", output,
                ] + options,
                environment: ["GRED_CACHE": place["cache-of-\(output)"].path])
            try #require(outcome.status == 0, "\(outcome.errors)")
            let report = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
            let attacks = (report as? [String: Any])?["attacks"]
            return try #require(attacks as? [[String: Any]])
        }

        @Test("are the same for any number of threads and any size of batch")
        func same() throws {
            let trained = try place.gred(
                "train", "--data", "digits", "--width", "0.125", "--images", "1000", "--epochs",
                "3", "--batch-size", "32", "--threads", "1", "--output", "digits")
            try #require(trained.status == 0, "\(trained.errors)")

            let one = try attack("one", "--threads", "1")
            for others in [
                try attack("two", "--threads", "2"),
                try attack("three", "--threads", "1", "--batch-size", "3"),
            ] {
                for (first, other) in zip(one, others) {
                    #expect(first["success"] as? Double == other["success"] as? Double)
                    #expect(try length(first).isNear(length(other)))
                }
            }
        }

        private func length(_ attack: [String: Any]) throws -> Double {
            try #require(attack["median_l2"] as? Double)
        }
    }
}

extension Double {
    /// To the last places of float32, in which sums have another order.
    fileprivate func isNear(_ other: Double) -> Bool { abs(self - other) <= 1e-3 * abs(other) }
}
