import Foundation

extension Precision {
    /// What somebody should know who computes in this precision on this machine's processor; nil where
    /// there is nothing to know, or nothing is known of the processor.
    public var caveat: String? {
        guard self == .bfloat16, let flags = Self.processorFlags(in: Self.processorDescription)
        else { return nil }
        guard flags.isDisjoint(with: ["avx512_bf16", "amx_bf16", "bf16"]) else { return nil }
        return "this processor has no instructions for bfloat16, which will be slower here than"
            + " float32"
    }

    /// What the processor says that it can do: `flags` on Intel's and AMD's, `Features` on Arm's.
    static func processorFlags(in description: String) -> Set<Substring>? {
        for line in description.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            let name = parts[0].trimmingCharacters(in: .whitespaces)
            if ["flags", "Features"].contains(name) { return Set(parts[1].split(separator: " ")) }
        }
        return nil
    }

    /// Linux describes its processors in a file; elsewhere nothing is known.
    private static var processorDescription: String {
        (try? String(contentsOf: URL(filePath: "/proc/cpuinfo"), encoding: .utf8)) ?? ""
    }
}
