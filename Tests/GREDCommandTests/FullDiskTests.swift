import Foundation
import Testing

extension ProgramTests {
    /// What happens when the disk is full in the middle of the work.
    @Suite(
        "A full disk",
        .enabled(if: SmallDisk.isPossible, "only the superuser of a Linux may lay a small disk"))
    struct FullDiskTests {
        private let place: Workplace
        private let disk: SmallDisk
        private static let train = [
            "train", "--data", "digits", "--width", "0.0625", "--images", "300", "--epochs", "1",
            "--threads", "1",
        ]

        init() throws {
            place = try Workplace()
            disk = try SmallDisk(in: place)
        }

        private var onDisk: [String] {
            get throws { try FileManager.default.subpathsOfDirectory(atPath: place["small"].path) }
        }

        @Test("as the cache: said in a sentence, and nothing half is left under a finished name")
        func cache() throws {
            try place.run(
                Self.train + ["--output", "new"],
                environment: ["GRED_CACHE": place["small"].path]
            ).expectRefusal(["small/stages", "the disk is full"], afterWork: true)
            #expect(try !place.contents.contains("new"))
            let files = try onDisk.filter { $0.hasSuffix(".safetensors") || $0.hasSuffix(".json") }
            #expect(files.isEmpty, "\(files)")
            // With room elsewhere the same command works.
            #expect(try place.run(Self.train + ["--output", "new"]).status == 0)
        }

        @Test("as the output: said in a sentence, and nothing is left there")
        func output() throws {
            try place.run(Self.train + ["--output", "small/new"])
                .expectRefusal(["the disk is full"], afterWork: true)
            #expect(try onDisk.isEmpty)
        }
    }
}
