import Foundation
import GRED
import LibTorch

/// Colours for a single quantity: from night blue by purple, red and orange to pale yellow.
///
/// Nine colours whose CIELAB lightness rises in equal steps from 6 to 94 while the hue turns from
/// 275° to 95°, so that equal steps of the quantity look equal, in grey print too.
enum ColourRamp {
    /// sRGB, 0…255, from the quantity 0 to 1 in equal steps.
    static let colours: [(red: Float, green: Float, blue: Float)] = [
        (0, 20, 44), (8, 33, 111), (109, 16, 138), (175, 0, 128), (233, 0, 111), (255, 89, 93),
        (255, 149, 101), (255, 196, 128), (255, 237, 179),
    ]

    /// Colours a map.
    /// - Parameter map: `[H, W]`, or with leading dimensions of 1; values are clamped to 0…1.
    /// - Returns: `[3, H, W]` in 0…1.
    static func image(of map: Tensor) throws -> Tensor {
        let size = Array(map.shape.suffix(2))
        let values = try map.reshaped(size).clamped(min: 0, max: 1).floats()
        let pixels = values.map(colour)
        let planes =
            pixels.map { $0.red / 255 } + pixels.map { $0.green / 255 }
            + pixels.map { $0.blue / 255 }
        return try Tensor(planes, shape: [3] + size)
    }

    /// A logarithmic sensitivity map in 0…1, stretched so that its upper two decades fill 0…1: hardly a
    /// pixel lies below.
    static func twoDecades(of map: Tensor) throws -> Tensor {
        let decades = -InputSensitivity.logFloor / log(10)
        return try (map - 1) * (decades / 2) + 1
    }

    /// - Parameter value: in 0…1; what is no number takes the first colour.
    static func colour(_ value: Float) -> (red: Float, green: Float, blue: Float) {
        guard value > 0 else { return colours[0] }
        let place = min(value, 1) * Float(colours.count - 1)
        let index = min(Int(place), colours.count - 2)
        let share = place - Float(index)
        let (a, b) = (colours[index], colours[index + 1])
        return (
            a.red + (b.red - a.red) * share, a.green + (b.green - a.green) * share,
            a.blue + (b.blue - a.blue) * share
        )
    }
}
