import ArgumentParser
import Foundation
import GREDImages
import GREDLaboratory
import LibTorch

/// The options that every command with work to do shares.
struct RunOptions: ParsableArguments {
    @Option(help: "The seed of everything random.")
    var seed: UInt64 = 0

    @Option(help: "Threads of the engine; by default one a core.")
    var threads = ProcessInfo.processInfo.activeProcessorCount

    @Option(help: "Where tensors live: cpu, cuda, cuda:1 …")
    var device = "cpu"

    func validate() throws {
        guard threads >= 1 else {
            throw ValidationError("--threads must be at least 1, and \(threads) was given.")
        }
    }

    /// Sets the engine up and says where to work.
    /// - Parameter precision: what the command computes in; a caveat is said.
    func bench(in precision: Precision = .float32) throws -> Workbench {
        try Engine.checkVersion()
        Engine.keepMemory()
        try Engine.setThreadCount(threads)
        Interruption.install()
        let bench = Workbench(
            store: StageStore(GREDCache.url.appending(component: "stages")), seed: seed,
            device: try Device(device), command: Self.commandLine,
            observer: TerminalObserver())
        if let caveat = precision.caveat, bench.device == .cpu { bench.observer.say(caveat) }
        return bench
    }

    /// Sets the engine up for a recipe. Where a recipe says bfloat16 and the processor has no
    /// instructions for it, float32 takes its place, which is said.
    func bench(for recipe: inout some GuardRecipe) throws -> Workbench {
        let bench = try bench()
        if recipe.precision.caveat != nil, bench.device == .cpu {
            recipe.precision = .float32
            bench.observer.say(
                "this processor has no instructions for bfloat16: float32 takes its place")
        }
        return bench
    }

    /// The command as it was typed, for reports.
    private static var commandLine: String {
        (["gred"] + CommandLine.arguments.dropFirst()).joined(separator: " ")
    }
}
