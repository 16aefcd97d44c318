import ArgumentParser
import Foundation
import LibTorch

/// Times passes of an exported program: forward, and the gradient by the images.
@main
struct Passes: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Images a second of forward and input gradient, in several forms of a program.",
        discussion: "Called by Scripts/bench-freeze; prints JSON.")

    @Argument(help: "The exported program.", completion: .file())
    var program: String

    @Option(help: "A safetensors file with `input`, the images of one pass.", completion: .file())
    var images: String

    @Option(help: "Seconds to time each form for.")
    var seconds = 3.0

    @Option(help: "Threads of the engine.")
    var threads = ProcessInfo.processInfo.activeProcessorCount

    func run() throws {
        Engine.keepMemory()
        try Engine.setThreadCount(threads)
        let read = try ProgramFile(URL(filePath: program)).program
        let images = try SafetensorsFile(URL(filePath: images)).tensor("input")
        let forms: [(name: String, program: Program, precision: Precision)] = [
            ("as exported", read, .float32),
            ("without no-ops", read.droppingNoOps(), .float32),
            ("batch norm folded", try read.droppingNoOps().foldingBatchNorm(), .float32),
            (
                "pooling before ReLU", try read.droppingNoOps().foldingBatchNorm().poolingFirst(),
                .float32
            ),
            ("frozen", try read.frozen(), .float32),
            ("frozen, bfloat16", try read.frozen(), .bfloat16),
        ]
        var rates: [String: Double] = [:]
        for form in forms {
            let replay = try Replay(form.program, precision: form.precision)
            rates[form.name] = try rate(images) { try replay([$0])[0] }
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        print(String(decoding: try encoder.encode(rates), as: UTF8.self))
    }

    /// Images a second, by the median pass.
    private func rate(_ images: Tensor, _ network: (Tensor) throws -> Tensor) throws -> Double {
        func pass() throws {
            _ = try Gradient.valueAndGradient(at: images) { try network($0).sum() }
        }
        for _ in 0..<2 { try pass() }
        var times: [Double] = []
        let start = Date()
        while times.count < 3 || Date().timeIntervalSince(start) < seconds {
            let began = ContinuousClock.now
            try pass()
            times.append(began.duration(to: .now) / .seconds(1))
        }
        times.sort()
        return Double(images.shape[0]) / times[times.count / 2]
    }
}
