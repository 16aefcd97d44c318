import Digests
import Foundation
import LibTorch
import TestSupport
import Testing

@testable import GREDImages

@Suite("Pictures")
struct PictureTests {
    /// Written by Scripts/golden/pictures.py.
    static func golden() throws -> Golden { try Golden("pictures", in: .module) }
    static let names = (try? golden())?.all("file.").keys.sorted() ?? []

    static func file(_ name: String) throws -> [UInt8] {
        try golden()["file.\(name)"].bytes()
    }

    @Test("are decoded and turned as by Pillow, to the bit", arguments: names)
    func pillow(name: String) throws {
        let expected = try Self.golden()["pixels.\(name)"]
        let picture = try Picture.decode(Self.file(name))
        #expect([picture.height, picture.width, picture.channels] == expected.shape)
        #expect(try picture.pixels == expected.bytes())
    }

    @Test("of every kind that was made are there")
    func complete() { #expect(Self.names.count == 42) }

    @Test("are decoded as by Pillow: photographs", .enabled(if: Photographs.folder != nil))
    func photographs() throws {
        let folder = try #require(Photographs.folder)
        let hashes = try Photographs.hashes()
        #expect(hashes.count == 44)
        for (name, expected) in hashes {
            let picture = try Picture(contentsOf: folder.appending(component: name))
            let pixels = picture.converted(toChannels: 3).pixels
            let hash = SHA256.digest(of: pixels).hexadecimal
            #expect(hash == expected, "\(name)")
        }
    }

    @Test("become grey as in Pillow, and colour by repeating grey")
    func channels() throws {
        let golden = try Self.golden()
        let picture = try Picture.decode(Self.file("jpeg-4-2-0"))
        let grey = picture.converted(toChannels: 1)
        #expect(try grey.pixels == golden["luma"].bytes())
        #expect(grey.converted(toChannels: 3).pixels == grey.pixels.flatMap { [$0, $0, $0] })
    }

    @Test("have planes of channels")
    func planes() {
        let picture = Picture(pixels: [1, 2, 3, 4, 5, 6], width: 2, height: 1, channels: 3)
        #expect(picture.planes == [1, 4, 2, 5, 3, 6])
    }

    @Test("are turned without losing a pixel", arguments: Orientation.allCases)
    func turning(orientation: Orientation) {
        let picture = Picture(
            pixels: (0..<24).map { UInt8($0) }, width: 4, height: 2, channels: 3)
        let turned = picture.turned(orientation)
        #expect(turned.pixels.sorted() == picture.pixels)
        // Two of the eight undo each other, all others themselves.
        let inverse: Orientation =
            switch orientation {
            case .leaningLeft: .leaningRight
            case .leaningRight: .leaningLeft
            default: orientation
            }
        #expect(turned.turned(inverse) == picture)
    }

    @Test("that are neither JPEG nor PNG are refused in one sentence")
    func unknown() {
        for bytes in [[], [0xFF], Array("GIF89a".utf8)] as [[UInt8]] {
            let text = message { _ = try Picture.decode(bytes) }
            #expect(text.contains("expected a JPEG or PNG file, found \(bytes.count) bytes"))
        }
    }

    @Test("that cannot be read are named")
    func fileName() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write([0xFF, 0xD8, 0xFF, 0xE0], as: "half.jpg")
        #expect(message { _ = try Picture(contentsOf: file) }.hasPrefix(file.path + ": expected"))
        let missing = folder.url.appending(component: "none.png")
        #expect(message { _ = try Picture(contentsOf: missing) }.contains("cannot be read"))
    }
}

/// The full-size photographs, where they lie on this machine.
enum Photographs {
    static var folder: URL? {
        let folder = DataHome.url.appending(component: "imagenet-samples")
        return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
    }

    /// SHA-256 of Pillow's RGB pixels by the name of the file.
    static func hashes() throws -> [String: String] {
        let file = try #require(
            Bundle.module.url(
                forResource: "photographs", withExtension: "json", subdirectory: "Golden"))
        return try JSONDecoder().decode([String: String].self, from: Data(contentsOf: file))
    }
}
