import ArgumentParser
import LibTorch

@main
struct GREDCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gred",
        abstract: "Detects adversarial images and gives the right label back.",
        discussion: """
            GRED guards an image classifier without changing it: a detector tells manipulated inputs \
            from honest ones, and their labels are recovered.

            Start here:
              gred demo                                    see it work, from nothing to a report
              gred train --output digits                   a classifier of your own
              gred model show network.pt2                  look at an exported PyTorch model
              gred protect digits --output digits-guard    train its guard
              gred bundle show digits-guard                its model card
              gred inspect digits-guard images.png         verdicts on images
              gred evaluate digits-guard                   measure the guard
              gred reproduce digits --profile smoke        the paper's experiments

            Data sets and finished stages are kept under $GRED_CACHE (~/.cache/gred); data is looked \
            for in $GRED_DATA first.
            """,
        version: version,
        subcommands: [
            DemoCommand.self, DataCommand.self, TrainCommand.self, ExportCommand.self,
            ModelCommand.self, AttackCommand.self, ProtectCommand.self, InspectCommand.self,
            EvaluateCommand.self, ReproduceCommand.self, AuditCommand.self, BundleCommand.self,
        ])

    static let version = "0.1.0"
}
