import Foundation
import GRED
import LibTorch

/// A guard that was trained once for all attacks, to be measured beside the paper's detectors, of which
/// there is one an attack.
public struct PaperGuard {
    /// The guard.
    public let sentry: Guard
    /// SHA-256 of its manifest, which names the hash of each part, without what audits have added: stands
    /// for the guard in the store.
    let identity: String

    /// Reads a bundle that `gred protect` wrote.
    /// - Throws: what `GuardBundle.read` throws.
    public init(bundle: URL) throws {
        sentry = try GuardBundle.read(bundle)
        var manifest = try GuardBundle.manifest(of: bundle)
        manifest.audit = nil
        identity = try ContentKey.of(manifest)
    }

    /// By how much the log-odds of each image exceed the guard's threshold: positive says adversarial.
    func scores(of images: Tensor) throws -> [Float] {
        try stride(from: 0, to: images.shape[0], by: 256).flatMap { start in
            let batch = try images.sliced(start..<min(start + 256, images.shape[0]))
            return try sentry.inspect(batch, recovery: .ofNone).verdicts.map {
                $0.logOdds - sentry.threshold.logOdds
            }
        }
    }
}
