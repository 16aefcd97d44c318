import Foundation
import GREDImages
import LibTorch
import Testing

extension ProgramTests {
    /// `gred attack` on exported programs, the ones that LibTorch's tests replay.
    @Suite("Attacks on an exported program")
    struct ProgramAttackTests {
        private let place: Workplace

        /// A folder of 8×8 photographs for classifiers of five classes.
        init() throws {
            place = try Workplace()
            for index in 0..<100 {
                var stream = RandomStream(seed: 1, purpose: "photograph", index: index)
                let pixels = stream.uniforms(8 * 8 * 3, in: 0...255).map { UInt8($0) }
                try place.write(
                    PNG.encode(pixels: pixels, width: 8, height: 8, channels: 3),
                    as: "own/\(index % 5)/\(index).png")
            }
        }

        private func program(_ name: String) -> String {
            URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .appending(path: "LibTorchTests/Golden/programs/\(name).pt2").path
        }

        private func attack(_ program: String) throws -> Outcome {
            try place.gred(
                "attack", "fgsm", "--classifier", program, "--data", "own", "--count", "2",
                "--set", "epsilon=0.9", "--output", "found", "--threads", "1")
        }

        @Test("are made and written")
        func attacks() throws {
            let outcome = try attack(program("convnet"))
            try #require(outcome.status == 0, "\(outcome.errors)")
            let file = try SafetensorsFile(place["found/fgsm.safetensors"])
            #expect(try file.tensor("adversarial").shape == [2, 3, 8, 8])
            let accuracy = try #require(outcome.errors.range(of: "the classifier is right on"))
            let attack = try #require(outcome.errors.range(of: "fgsm"))
            #expect(accuracy.upperBound < attack.lowerBound)
        }

        @Test(
            "are refused where their figures would be worthless, and the sentence says what to do",
            arguments: [
                ("dropout-trained", "model.eval()"), ("dictionary", "output_name"),
                ("no-grad", "better than chance"),
            ])
        func refused(name: String, word: String) throws {
            let outcome = try attack(program(name))
            #expect(outcome.status == 1 && !outcome.wasKilled)
            #expect(outcome.errors.contains(word), "\(outcome.errors)")
            #expect(outcome.output.isEmpty)
            #expect(try !place.contents.contains { $0.hasPrefix("found") })
        }
    }
}
