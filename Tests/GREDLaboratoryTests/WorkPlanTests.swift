import GREDAttacks
import LibTorch
import TestSupport
import Testing

@testable import GREDLaboratory

@Suite("A plan of work")
struct WorkPlanTests {
    /// Keeps what was said.
    private final class Listener: WorkObserver {
        var lines: [String] = []
        func begin(_ title: String, total: Int, unit: String) {}
        func advance(to done: Int, note: String) throws {}
        func finish(_ summary: String) {}
        func say(_ line: String) { lines.append(line) }
    }

    @Test("counts an attack's passes forward and back, and no more images than there are")
    func passes() throws {
        let plans = [
            try AttackPlan(PGD(epsilon: 0.1, stepSize: 0.01, steps: 20), count: 30),
            try AttackPlan(FGSM(epsilon: 0.1), count: 10),
        ]
        // PGD looks at where it starts, too.
        #expect(WorkPlan.passes(of: plans, sharing: 100) == 2 * (21 * 30 + 1 * 10))
        #expect(WorkPlan.images(of: plans, sharing: 100) == 40)
        #expect(WorkPlan.passes(of: plans, sharing: 20) == 21 * 30 + 1 * 10)
        #expect(WorkPlan.images(of: plans, sharing: 20) == 20)
        #expect(WorkPlan.passes(of: [], sharing: 20) == 0)
    }

    @Test("is said part by part, and then in all")
    func said() {
        let listener = Listener()
        var plan = WorkPlan()
        plan.add("attacks", seconds: 61)
        plan.add("training", seconds: 3)
        plan.add("a long wait", seconds: 3 * 3_600)
        plan.say(to: listener)
        #expect(
            listener.lines.prefix(3) == [
                "plan: attacks, up to about 2 min", "plan: training, up to about 1 min",
                "plan: a long wait, up to about 3 h",
            ])
        #expect(listener.lines.count == 4 && listener.lines[3].contains("3 h in all"))
    }
}
