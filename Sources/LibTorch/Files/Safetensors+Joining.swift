import Foundation

extension Safetensors {
    /// Writes one file of several that hold tensors of the same names: each tensor is the files' own,
    /// one after another along the first dimension.
    ///
    /// Memory holds one tensor of one file at a time, however many there are. Metadata is left behind.
    /// - Throws: ``TorchError/badFile(path:reason:)`` where a file lacks a name that the first one has,
    ///   or where types or the other dimensions differ; `FileFault`.
    public static func join(_ files: [URL], to url: URL) throws {
        guard let first = try files.first.map(SafetensorsFile.init) else {
            return try write([], to: url)
        }
        var header: [String: HeaderEntry] = [:]
        var end = 0
        for name in first.names {
            guard let dtype = first.dtype(of: name), let code = codes[dtype],
                let shape = first.shape(of: name), !shape.isEmpty
            else {
                throw TorchError.badFile(
                    path: files[0].path, reason: "'\(name)' is one number and cannot be joined.")
            }
            var rows = 0
            for file in files {
                let other = try SafetensorsFile(file)
                guard other.dtype(of: name) == dtype, let found = other.shape(of: name),
                    found.dropFirst() == shape.dropFirst()
                else {
                    throw TorchError.badFile(
                        path: file.path,
                        reason: "'\(name)' is missing or other than in \(files[0].path).")
                }
                rows += found[0]
            }
            let whole = [rows] + shape.dropFirst()
            let length = whole.reduce(dtype.byteCount, *)
            header[name] = .tensor(dtype: code, shape: whole, offsets: [end, end + length])
            end += length
        }
        let head = try head(header)
        try AtomicFile.write(to: url) { output in
            try output.write(contentsOf: head)
            for name in first.names {
                for file in files {
                    try output.write(contentsOf: SafetensorsFile(file).tensor(name).bytes())
                }
            }
        }
    }
}
