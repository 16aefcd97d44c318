import ArgumentParser
import GREDAttacks

extension Attack {
    /// The attack with settings as they were typed, such as `learning-rate=0.05`.
    func with(_ typed: [String]) throws -> any Attack {
        var changes: [String: AttackSettingValue] = [:]
        for text in typed {
            let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else {
                throw ValidationError("--set takes SETTING=VALUE, and '\(text)' was given.")
            }
            let words = parts[0].split(separator: "-").map(String.init)
            let name = (words.first ?? "") + words.dropFirst().map(\.capitalized).joined()
            changes[name] = try Self.value(parts[1], of: parts[0])
        }
        do {
            return try with(changes)
        } catch AttackFault.unknownSetting(let attack, let setting, let known) {
            throw AttackFault.unknownSetting(
                attack: attack, setting: Self.typed(setting), known: known.map(Self.typed))
        }
    }

    private static func value(_ text: String, of name: String) throws -> AttackSettingValue {
        if let number = Double(text), number.isFinite { return .number(number) }
        if let flag = Bool(text) { return .flag(flag) }
        throw ValidationError(
            "--set \(name) takes a number, true or false, and '\(text)' was given.")
    }

    /// `learningRate` as it is typed: `learning-rate`.
    private static func typed(_ name: String) -> String {
        name.map { $0.isUppercase ? "-" + $0.lowercased() : String($0) }.joined()
    }
}
