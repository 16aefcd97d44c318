import Digests
import Foundation

extension CIFAR10 {
    /// Whether these are the published images with their labels, in whatever order: the SHA-256 of
    /// the sorted records (label byte, then pixels) of either half.
    ///
    /// Copies of CIFAR-10 differ in their order more often than not, and the order means nothing.
    public var isOriginal: Bool {
        get throws {
            try Self.sortedHash(train)
                == "72083841cd0fa633f09b24c0833cf6d6a1809caff400317117334e0aa6b0ed46"
                && Self.sortedHash(test)
                    == "f1bbb931260cda782c84c1948c82d910e2c193cb1d56756293f445027090946b"
        }
    }

    static func sortedHash(_ set: ImageSet) throws -> String {
        let size = set.shape.count
        return try set.pixels.withUnsafeBytes { pixels in
            let order = set.labels.indices.sorted { one, other in
                guard set.labels[one] == set.labels[other] else {
                    return set.labels[one] < set.labels[other]
                }
                return memcmp(
                    pixels.baseAddress! + one * size, pixels.baseAddress! + other * size, size) < 0
            }
            let hash = SHA256()
            for image in order {
                hash.update([UInt8(truncatingIfNeeded: set.labels[image])])
                hash.update(
                    UnsafeRawBufferPointer(
                        rebasing: pixels[image * size..<(image + 1) * size]))
            }
            return hash.digest().hexadecimal
        }
    }
}
