public import Foundation
import KeelFormats

extension Run {
    /// Writes the run in another program's form, from what its folder holds.
    ///
    /// The file appears whole or not at all. An earlier export of the same form is replaced.
    /// - Parameters:
    ///   - format: The form.
    ///   - url: The file, or a folder that is there, in which the file gets the name that the
    ///     other program expects.
    /// - Returns: The file.
    /// - Throws: `ExportError` where another file is in the way; as `records()`; `FileError`.
    public func export(_ format: ExportFormat, to url: URL) throws -> URL {
        var file = url
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder),
            isFolder.boolValue
        {
            file = url.appending(component: try exportName(format))
        }
        try checkReplaceable(file, format)
        switch format {
        case .inspect, .inspectGaps: try InspectExport(self, format).write(to: file.path)
        case .samples: try SampleTable.write(self, to: file.path)
        case .readings: try ReadingTable.write(self, to: file.path)
        }
        return file
    }

    /// Inspect lists the logs of a folder by this kind of name.
    private func exportName(_ format: ExportFormat) throws -> String {
        switch format {
        case .inspect, .inspectGaps:
            let time = try startedAt.formatted(.iso8601).replacing(":", with: "-")
                .replacing("Z", with: "-00-00")
            let task = InspectExport.task(config, format)
            return "\(time)_\(task)_\(try InspectExport.id(self, format)).json"
        case .samples, .readings: return "\(format.rawValue).csv"
        }
    }

    /// An export begins as this one would.
    private func checkReplaceable(_ file: URL, _ format: ExportFormat) throws {
        guard let handle = FileHandle(forReadingAtPath: file.path) else { return }
        defer { try? handle.close() }
        let beginning =
            switch format {
            case .inspect, .inspectGaps: InspectExport.beginning
            case .samples: CSVWriter.record(SampleTable.columns)
            case .readings: CSVWriter.record(ReadingTable.columns)
            }
        let found = try handle.read(upToCount: beginning.utf8.count) ?? Data()
        guard found.isEmpty || found == Data(beginning.utf8) else {
            throw ExportError.otherFile(path: file.path, format: format)
        }
    }

    /// When the run was begun: its configuration is written once.
    var startedAt: Date {
        get throws { try modificationDate("config.json") }
    }

    /// When the last sample was written.
    var endedAt: Date {
        get throws { try modificationDate("samples.jsonl") }
    }

    /// A digest of the configuration, by which two exports of a run are known to be of one.
    var fingerprint: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return FNV.hexadecimal(FNV.hash(try encoder.encode(config)))
        }
    }

    private func modificationDate(_ name: String) throws -> Date {
        let path = folder.appending(component: name).path
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return attributes[.modificationDate] as? Date ?? .distantPast
    }

    /// Calls a function with each record of the run that was asked for, once.
    ///
    /// Holds one line in memory.
    /// - Throws: As `records()`, and what `body` throws.
    func forEachRecord(_ body: (SampleRecord) throws -> Void) throws {
        var left = RunPlan(suite, samples: config.samples).keys
        var reader = try JSONLinesReader<SampleRecord>(path: writer.path)
        while let record = try reader.next() {
            if left.remove(record.key) != nil { try body(record) }
        }
    }
}
