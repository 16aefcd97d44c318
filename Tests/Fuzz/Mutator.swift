import LibTorch

/// Damages files: from one that is sound, and a number, always the same damaged one.
struct Mutator {
    /// Sound files.
    let seeds: [[UInt8]]
    /// Pieces of text that the format gives a meaning to.
    let words: [String]

    /// The input of a number.
    func input(_ index: Int, seed: UInt64) -> [UInt8] {
        var random = RandomStream(seed: seed, purpose: "fuzz", index: index)
        var bytes = seeds[Int.random(in: seeds.indices, using: &random)]
        // Mostly one or two faults, now and then many.
        let count = 1 << Int.random(in: 0...Int.random(in: 0...4, using: &random), using: &random)
        for _ in 0..<count { mutate(&bytes, &random) }
        return bytes
    }

    private func mutate(_ bytes: inout [UInt8], _ random: inout RandomStream) {
        let place = bytes.isEmpty ? 0 : Int.random(in: 0..<bytes.count, using: &random)
        let length = min(1 << Int.random(in: 0...6, using: &random), bytes.count - place)
        switch Int.random(in: 0..<11, using: &random) {
        case 0 where !bytes.isEmpty:
            bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1 where !bytes.isEmpty:
            bytes[place] = Self.bytes.randomElement(using: &random) ?? 0
        case 2: overwrite(&bytes, place, number(&random, width: 4))
        case 3: overwrite(&bytes, place, number(&random, width: 8))
        case 4: bytes.removeSubrange(place..<place + length)
        case 5: bytes.insert(contentsOf: bytes[place..<place + length], at: place)
        case 6: bytes.removeSubrange(place...)
        case 7:
            let noise = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
            bytes.insert(contentsOf: noise, at: place)
        case 8:
            let other = seeds[Int.random(in: seeds.indices, using: &random)]
            bytes = Array(bytes[..<place]) + other[min(place, other.count)...]
        case 9: replaceDigits(&bytes, from: place, &random)
        default:
            if let word = words.randomElement(using: &random) {
                overwrite(&bytes, place, Array(word.utf8))
            }
        }
    }

    private static let bytes: [UInt8] = [0, 1, 0x7F, 0x80, 0xFF, 0x22, 0x5C, 0x7B, 0x7D]
    private static let numbers: [UInt64] = [
        0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF,
        0x1_0000_0000, 1 << 40, 0x7FFF_FFFF_FFFF_FFFF, 0x8000_0000_0000_0000, .max,
    ]
    private static let texts = [
        "0", "-1", "1e9", "1e308", "1e-320", "9223372036854775807", "9223372036854775808",
        "18446744073709551616", "4294967296", "0.5", "null", "true", "[]", "{}", "\"\"",
    ]

    private func number(_ random: inout RandomStream, width: Int) -> [UInt8] {
        let number = Self.numbers.randomElement(using: &random) ?? 0
        let little = (0..<width).map { UInt8(truncatingIfNeeded: number >> UInt64(8 * $0)) }
        return Bool.random(using: &random) ? little : little.reversed()
    }

    private func overwrite(_ bytes: inout [UInt8], _ place: Int, _ piece: [UInt8]) {
        bytes.replaceSubrange(place..<min(place + piece.count, bytes.count), with: piece)
    }

    /// Puts another number, or something that is none, where the next number stands.
    private func replaceDigits(
        _ bytes: inout [UInt8], from place: Int, _ random: inout RandomStream
    ) {
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard let start = bytes[place...].firstIndex(where: digits.contains) else { return }
        let end = bytes[start...].firstIndex { !digits.contains($0) } ?? bytes.endIndex
        let text = Self.texts.randomElement(using: &random) ?? "0"
        bytes.replaceSubrange(start..<end, with: Array(text.utf8))
    }
}
