import ArgumentParser
import Foundation
import GREDAttacks

extension Attack {
    /// The attack with settings as they were typed, such as `learning-rate=0.05`.
    func with(_ typed: [String]) throws -> any Attack {
        guard !typed.isEmpty else { return self }
        var settings =
            try JSONSerialization.jsonObject(with: JSONEncoder().encode(self))
            as? [String: Any] ?? [:]
        for text in typed {
            let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else {
                throw ValidationError("--set takes SETTING=VALUE, and '\(text)' was given.")
            }
            let words = parts[0].split(separator: "-").map(String.init)
            let name = (words.first ?? "") + words.dropFirst().map(\.capitalized).joined()
            guard limits.contains(where: { $0.name == name }) || settings[name] != nil else {
                let known = Set(limits.map(\.name)).union(settings.keys).sorted()
                    .map(Self.typed).joined(separator: ", ")
                throw ValidationError(
                    "The attack '\(self.name)' has no setting '\(parts[0])'; it has \(known).")
            }
            settings[name] = try Self.value(parts[1], of: parts[0])
        }
        do {
            return try JSONDecoder().decode(
                Self.self, from: JSONSerialization.data(withJSONObject: settings))
        } catch is DecodingError {
            throw ValidationError(
                "A setting of '\(name)' has the wrong kind of value: \(typed.joined(separator: ", "))."
            )
        }
    }

    private static func value(_ text: String, of name: String) throws -> Any {
        if let number = Int(text) { return number }
        if let number = Double(text), number.isFinite { return number }
        if let flag = Bool(text) { return flag }
        throw ValidationError(
            "--set \(name) takes a number, true or false, and '\(text)' was given.")
    }

    /// `learningRate` as it is typed: `learning-rate`.
    private static func typed(_ name: String) -> String {
        name.map { $0.isUppercase ? "-" + $0.lowercased() : String($0) }.joined()
    }
}
