extension ImageSet {
    /// The same images with their labels counted in other names, such as a classifier's: each label
    /// keeps its name and gets that name's place. Nil where a class is not among `names`.
    public func labelled(in names: [String]) -> ImageSet? {
        let numbers = Dictionary(zip(names, names.indices)) { first, _ in first }
        let mapped = classNames.map { numbers[$0] }
        guard mapped.allSatisfy({ $0 != nil }) else { return nil }
        return ImageSet(
            checked: name, shape: shape, classNames: names,
            labels: labels.compactMap { mapped[$0] }, storage: storage, places: places)
    }

    /// The same images under another name.
    public func named(_ name: String) -> ImageSet {
        ImageSet(
            checked: name, shape: shape, classNames: classNames, labels: labels, storage: storage,
            places: places)
    }
}
