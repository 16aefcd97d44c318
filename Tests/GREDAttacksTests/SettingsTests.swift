import Testing

@testable import GREDAttacks

@Suite("Settings by name")
struct SettingsTests {
    @Test("replace those of the attack and leave the others")
    func replaces() throws {
        let attack = try CW().with([
            "iterations": .number(7), "abortsEarly": .flag(false), "learningRate": .number(0.5),
        ])
        #expect(attack == CW(iterations: 7, learningRate: 0.5, abortsEarly: false))
        #expect(try PGD(epsilon: 0.1, stepSize: 0.02, steps: 3).with([:]).steps == 3)
    }

    @Test("of another name are refused with those that there are")
    func unknown() throws {
        #expect(
            throws: AttackFault.unknownSetting(
                attack: "fgsm", setting: "steps", known: ["epsilon"])
        ) { try FGSM(epsilon: 0.1).with(["steps": .number(3)]) }
    }

    @Test("of another kind are refused, each by its name")
    func kinds() throws {
        for (name, value) in [
            ("iterations", AttackSettingValue.number(0.5)), ("abortsEarly", .number(1)),
            ("confidence", .flag(true)),
        ] {
            let error = #expect(throws: AttackFault.self) { try CW().with([name: value]) }
            #expect("\(try #require(error))".contains(name))
        }
    }
}
