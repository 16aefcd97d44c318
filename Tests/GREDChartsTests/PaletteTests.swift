import Foundation
import Testing

@testable import GREDCharts

/// What ``Palette`` claims, checked with Machado, Oliveira and Fernandes (2009), severity 1.
@Suite("Palette")
struct PaletteTests {
    private static let eyes: [(name: String, matrix: [[Double]])] = [
        ("normal", [[1, 0, 0], [0, 1, 0], [0, 0, 1]]),
        (
            "protanope",
            [
                [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                [-0.003882, -0.048116, 1.051998],
            ]
        ),
        (
            "deuteranope",
            [
                [0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                [-0.011820, 0.042940, 0.968881],
            ]
        ),
        (
            "tritanope",
            [
                [1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
                [0.004733, 0.691367, 0.303900],
            ]
        ),
    ]

    @Test(
        "Any two colours differ, whatever the reader's eyes",
        arguments: [Palette.light, Palette.dark])
    func distinct(colours: [String]) {
        #expect(colours.count >= 8)
        for eye in Self.eyes {
            let seen = colours.map { colour in
                lab(product(eye.matrix, linear(colour)).map { min(1, max(0, $0)) })
            }
            for first in seen.indices {
                for second in seen.indices where second > first {
                    let gap = zip(seen[first], seen[second]).map { $0 - $1 }
                    let distance = gap.map { $0 * $0 }.reduce(0, +).squareRoot()
                    #expect(distance >= 25, "\(colours[first]) \(colours[second]), \(eye.name)")
                }
            }
        }
    }

    @Test(
        "Every colour stands out from its ground",
        arguments: [(Palette.light, "#ffffff"), (Palette.dark, "#181c21")])
    func contrast(colours: [String], ground: String) {
        for colour in colours {
            let both = [luminance(colour), luminance(ground)].sorted()
            #expect((both[1] + 0.05) / (both[0] + 0.05) >= 3, "\(colour)")
        }
    }

    private func linear(_ hex: String) -> [Double] {
        let value = Int(hex.dropFirst(), radix: 16) ?? 0
        return [16, 8, 0].map { shift in
            let share = Double(value >> shift & 255) / 255
            return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
        }
    }

    private func luminance(_ hex: String) -> Double {
        zip(linear(hex), [0.2126, 0.7152, 0.0722]).map { $0 * $1 }.reduce(0, +)
    }

    private func product(_ matrix: [[Double]], _ vector: [Double]) -> [Double] {
        matrix.map { row in zip(row, vector).map { $0 * $1 }.reduce(0, +) }
    }

    /// CIE L*a*b* under D65 of a linear sRGB colour.
    private func lab(_ rgb: [Double]) -> [Double] {
        let toXYZ = [
            [0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505],
        ]
        let f = zip(product(toXYZ, rgb), [0.95047, 1, 1.089]).map { value, white in
            let share = value / white
            return share > 0.008856 ? cbrt(share) : 7.787 * share + 16.0 / 116
        }
        return [116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])]
    }
}
