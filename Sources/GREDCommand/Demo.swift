import ArgumentParser
import Foundation
import GREDImages
import GREDLaboratory
import LibTorch

struct Demo: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Guards a digit classifier, from nothing to a report.")
    @Option var seed: UInt64 = 0
    @Option var threads: Int = 2
    @Option var profile: String = "demo"

    func run() throws {
        try Engine.setThreadCount(threads)
        let mnist = try MNIST(folder: DataHome.mnist)
        let recipe = profile == "smoke" ? Recipe.smoke : .demo
        let findings = try recipe.run(
            train: mnist.train, test: mnist.test, seed: seed,
            store: StageStore(GREDCache.url.appending(component: "stages")), command: "gred demo",
            progress: TerminalProgress())
        print(String(decoding: try findings.report.json(), as: UTF8.self))
    }
}
