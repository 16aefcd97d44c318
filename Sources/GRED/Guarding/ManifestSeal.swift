import Digests
import Foundation

/// What `guard.json` says of itself, so that a digit that changed on a disk or on a way is noticed: its
/// field `seal` is the SHA-256 of the file's other bytes.
///
/// As the parts' hashes do, it guards against accidents; who changes a file on purpose can seal it anew.
package enum ManifestSeal {
    /// Stands in JSON that ``renewed(_:)`` is to seal.
    static let pending = "(to be sealed)"

    /// The JSON with the seal that belongs to it. What has no field `seal` stays as it is.
    package static func renewed(_ json: Data) -> Data {
        guard let place = stated(in: json).flatMap({ place(of: $0, in: json) }) else { return json }
        return json.replacing(place, with: Data(digest(of: json, without: place).utf8))
    }

    /// Whether the seal is that of the JSON.
    static func holds(in json: Data) -> Bool {
        guard let seal = stated(in: json), let place = place(of: seal, in: json) else {
            return false
        }
        return digest(of: json, without: place) == seal
    }

    private static func stated(in json: Data) -> String? {
        struct Sealed: Decodable { var seal: String }
        return try? JSONDecoder().decode(Sealed.self, from: json).seal
    }

    /// Where the seal stands, if that is one place.
    private static func place(of seal: String, in json: Data) -> Range<Int>? {
        let text = Data("\"\(seal)\"".utf8)
        guard let first = json.range(of: text),
            json.range(of: text, in: first.upperBound..<json.endIndex) == nil
        else { return nil }
        return first.lowerBound + 1..<first.upperBound - 1
    }

    private static func digest(of json: Data, without place: Range<Int>) -> String {
        SHA256.digest(of: json.replacing(place, with: Data())).hexadecimal
    }
}

extension Data {
    fileprivate func replacing(_ place: Range<Int>, with other: Data) -> Data {
        self[startIndex..<place.lowerBound] + other + self[place.upperBound..<endIndex]
    }
}
