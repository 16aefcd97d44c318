import Foundation
import GREDImages
import Testing

extension ProgramTests {
    /// Data sets and classifiers that commands must refuse.
    @Suite("Data that cannot be used")
    struct BadDataTests {
        private let place: Workplace

        init() throws { place = try Workplace() }

        /// A little MNIST of ten images a part.
        private func writeMNIST(leavingOut missing: String = "") throws {
            let images = Bytes.idx(
                magic: 2051, [10, 28, 28], Array(repeating: 0, count: 10 * 784))
            let labels = Bytes.idx(magic: 2049, [10], (0..<10).map { UInt8($0) })
            for part in ["train", "t10k"] {
                for (name, bytes) in [("images-idx3", images), ("labels-idx1", labels)] {
                    let file = "\(part)-\(name)-ubyte"
                    if file != missing { try place.write(bytes, as: "data/mnist/\(file)") }
                }
            }
        }

        private func train() throws -> Outcome {
            try place.gred(
                "train", "--data", "mnist", "--output", "classifier",
                environment: ["GRED_DATA": place["data"].path])
        }

        @Test(
            "a damaged file of MNIST is named with what was expected and found",
            arguments: [
                (
                    "train-images-idx3-ubyte",
                    Bytes.idx(magic: 2051, [10, 28, 28], Array(repeating: 0, count: 99)),
                    ["7856", "115"]
                ),
                (
                    "t10k-images-idx3-ubyte",
                    Bytes.idx(magic: 2050, [10, 28, 28], Array(repeating: 0, count: 7840)),
                    ["magic number 2051", "2050"]
                ),
                (
                    "train-labels-idx1-ubyte",
                    Bytes.idx(magic: 2049, [10], [0, 1, 2, 3, 4, 5, 6, 7, 8, 10]),
                    ["labels 0…9", "10", "label number 9"]
                ),
                (
                    "t10k-labels-idx1-ubyte",
                    Bytes.idx(magic: 2049, [9], Array(repeating: 0, count: 9)),
                    ["10 labels", "9"]
                ),
            ])
        func damagedMNIST(file: String, bytes: [UInt8], words: [String]) throws {
            try writeMNIST()
            try place.write(bytes, as: "data/mnist/\(file)")
            let before = try place.contents
            try train().expectRefusal([file] + words)
            #expect(try place.contents == before)
        }

        @Test("a missing file of MNIST is looked for, and then named with what to do")
        func missingMNIST() throws {
            try writeMNIST(leavingOut: "t10k-labels-idx1-ubyte")
            let before = try place.contents
            try train().expectRefusal(["t10k-labels-idx1-ubyte", "GRED_MNIST_URL", "data/mnist"])
            #expect(try place.contents == before)
        }

        @Test("too few images are refused, and that the data is not MNIST's is said")
        func tooFew() throws {
            try writeMNIST()
            let outcome = try train()
            outcome.expectRefusal(["60000"], afterWork: true)
            #expect(outcome.errors.contains("not MNIST's own"))
        }

        @Test("a classifier for other images or with other classes is refused")
        func otherImages() throws {
            try Untrained.classifier(shape: ImageShape(channels: 3, height: 32, width: 32))
                .save(to: place["colour"])
            try Untrained.classifier(classes: 4).save(to: place["four"])
            for (name, found) in [("colour", "3×32×32 in 10 classes"), ("four", "in 4 classes")] {
                try place.gred("attack", "fgsm", "--classifier", name, "--data", "digits")
                    .expectRefusal([found, "1×28×28 in 10 classes", "--data"])
                try place.gred(
                    "protect", name, "--data", "digits", "--profile", "smoke", "--output", "guard"
                ).expectRefusal([found, "1×28×28 in 10 classes", "--data"])
            }
            #expect(try !place.contents.contains("guard"))
        }

        @Test("a classifier that guesses is refused before it is attacked")
        func nearChance() throws {
            try Untrained.classifier().save(to: place["guessing"])
            for arguments in [
                ["attack", "fgsm", "--classifier", "guessing", "--output", "images"],
                ["protect", "guessing", "--profile", "smoke", "--output", "guard"],
            ] {
                let before = try place.contents
                // A guard's plan comes before all work.
                try place.run(arguments + ["--data", "digits"])
                    .expectRefusal(
                        ["chance", "normalisation"], afterWork: arguments[0] == "protect")
                #expect(try place.contents == before)
            }
        }

        @Test("a folder without a classifier, or with a damaged one, is refused")
        func noClassifier() throws {
            try place.gred("attack", "fgsm", "--classifier", "nothing", "--data", "digits")
                .expectRefusal(["nothing", "gred train"])
            try Untrained.classifier().save(to: place["cut"])
            let weights = place["cut/classifier.safetensors"]
            try Data(contentsOf: weights).dropLast(100).write(to: weights)
            try place.gred("attack", "fgsm", "--classifier", "cut", "--data", "digits")
                .expectRefusal(["cut/classifier.safetensors", "truncated"])
        }
    }
}
