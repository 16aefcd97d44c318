import ArgumentParser
import GREDLaboratory

/// The `--profile` option of several commands.
enum Profile {
    static func check(_ name: String) throws { _ = try recipe(name) }

    static func universal(_ name: String) throws -> UniversalRecipe {
        guard let recipe = UniversalRecipe.named(name) else {
            throw ValidationError(
                "There is no profile '\(name)': use \(UniversalRecipe.all.map(\.name).joined(separator: ", "))."
            )
        }
        return recipe
    }

    static func recipe(_ name: String) throws -> Recipe {
        guard let recipe = Recipe.named(name) else {
            throw ValidationError(
                "There is no profile '\(name)': use \(Recipe.all.map(\.name).joined(separator: ", "))."
            )
        }
        return recipe
    }
}
