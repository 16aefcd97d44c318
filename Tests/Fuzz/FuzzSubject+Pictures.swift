import Foundation
import GREDImages

extension FuzzSubject {
    /// Baseline with colours at half the sides, progressive, and grey: 16×16, by Pillow.
    private static let jpegs = [
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABQODxIPDRQSEBIXFRQYHjIhHhwcHj0sLiQySUBMS0dARkVQ"
            + "WnNiUFVtVkVGZIhlbXd7gYKBTmCNl4x9lnN+gXz/2wBDARUXFx4aHjshITt8U0ZTfHx8fHx8fHx8fHx8"
            + "fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHz/wAARCAAQABADASIAAhEBAxEB/8QA"
            + "FQABAQAAAAAAAAAAAAAAAAAABQT/xAAYEAACAwAAAAAAAAAAAAAAAAAAAwQhMf/EABUBAQEAAAAAAAAA"
            + "AAAAAAAAAAAB/8QAFhEAAwAAAAAAAAAAAAAAAAAAAAIE/9oADAMBAAIRAxEAPwAFEPKEUQ8ouRDyhFEP"
            + "KKrCSs//2Q==",
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABQODxIPDRQSEBIXFRQYHjIhHhwcHj0sLiQySUBMS0dARkVQ"
            + "WnNiUFVtVkVGZIhlbXd7gYKBTmCNl4x9lnN+gXz/2wBDARUXFx4aHjshITt8U0ZTfHx8fHx8fHx8fHx8"
            + "fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHz/wgARCAAQABADASIAAhEBAxEB/8QA"
            + "FQABAQAAAAAAAAAAAAAAAAAABAP/xAAUAQEAAAAAAAAAAAAAAAAAAAAA/9oADAMBAAIQAxAAAAECLpP/"
            + "xAAWEAADAAAAAAAAAAAAAAAAAAAAAQL/2gAIAQEAAQUCUCgUCg//xAAVEQEBAAAAAAAAAAAAAAAAAAAD"
            + "AP/aAAgBAwEBPwElv//EABURAQEAAAAAAAAAAAAAAAAAAAEA/9oACAECAQE/ARv/xAAUEAEAAAAAAAAA"
            + "AAAAAAAAAAAg/9oACAEBAAY/Ah//xAAUEAEAAAAAAAAAAAAAAAAAAAAg/9oACAEBAAE/IRVf/9oADAMB"
            + "AAIAAwAAABBr/8QAFBEBAAAAAAAAAAAAAAAAAAAAAP/aAAgBAwEBPxB//8QAFBEBAAAAAAAAAAAAAAAA"
            + "AAAAAP/aAAgBAgEBPxAf/8QAFhAAAwAAAAAAAAAAAAAAAAAAACEx/9oACAEBAAE/EJIkiSJI/9k=",
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABQODxIPDRQSEBIXFRQYHjIhHhwcHj0sLiQySUBMS0dARkVQ"
            + "WnNiUFVtVkVGZIhlbXd7gYKBTmCNl4x9lnN+gXz/wAALCAAQABABAREA/8QAFQABAQAAAAAAAAAAAAAA"
            + "AAAABQT/xAAYEAACAwAAAAAAAAAAAAAAAAAAAwQhMf/aAAgBAQAAPwAFEPKEUQ8ouRDyhFEPKP/Z",
    ]

    static func jpeg() throws -> FuzzSubject {
        let seeds = jpegs.compactMap { Data(base64Encoded: $0).map { [UInt8]($0) } }
        return FuzzSubject(
            name: "jpeg",
            mutator: Mutator(
                seeds: seeds,
                words: [
                    // Markers whose first byte is not UTF-8 stand in the seeds.
                    "Exif\0\0", "JFIF\0", "Adobe\0d", "ICC_PROFILE\0",
                ])
        ) { _ = try Picture.decode($0) }
    }

    /// An EXIF block in front of a JPEG that needs turning.
    static func exif() throws -> FuzzSubject {
        let jpeg = Data(base64Encoded: jpegs[2]).map { [UInt8]($0) } ?? []
        func segment(_ body: [UInt8]) -> [UInt8] {
            [0xFF, 0xE1, 0, UInt8(body.count + 2)] + body
        }
        let little: [UInt8] = [
            0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0,
        ]
        let big: [UInt8] = [
            0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 8, 0, 0,
        ]
        let heads = [little, big].map { segment(Array("Exif\0\0".utf8) + $0) }
        // Only the block is damaged: behind it stands a sound picture.
        return FuzzSubject(
            name: "exif", mutator: Mutator(seeds: heads, words: ["Exif\0\0", "II*\0", "MM\0*"])
        ) { _ = try Picture.decode([0xFF, 0xD8] + $0 + jpeg.dropFirst(2)) }
    }

    static func labels(in folder: FuzzFolder) -> FuzzSubject {
        let seeds = [
            "file,label\r\na.png,tench\r\n\"b, c.png\",\"gold\"\"fish\"\r\n", "a.png,0\nb.png,12\n",
        ]
        return FuzzSubject(
            name: "labels",
            mutator: Mutator(
                seeds: seeds.map { Array($0.utf8) },
                words: ["\"", "\"\"", ",", "\n", "\r\n", "\u{FEFF}", ",1048575\n", ",-1\n"])
        ) { _ = try ImageFolder(folder.url, labels: folder.write($0, as: "labels.csv")) }
    }
}
