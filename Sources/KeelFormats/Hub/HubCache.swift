internal import Foundation

/// Models that were brought to this machine from the Hugging Face hub, by whichever program.
///
/// Of a model, `refs/REVISION` names a commit, `snapshots/COMMIT` has its files, and these are links
/// to `blobs/HASH`.
/// - Source: huggingface_hub, `constants.py`, `file_download.py`.
package struct HubCache: Sendable {
    package let folder: String

    package init(folder: String) { self.folder = folder }

    /// Where the variables of huggingface_hub say, else its place in the user's cache folder.
    package init(_ environment: [String: String]) {
        func value(_ name: String) -> String? {
            environment[name].flatMap { $0.isEmpty ? nil : $0 }
        }
        let home = value("HOME") ?? NSHomeDirectory()
        let hub = (value("XDG_CACHE_HOME") ?? home + "/.cache") + "/huggingface"
        folder =
            value("HF_HUB_CACHE") ?? value("HUGGINGFACE_HUB_CACHE")
            ?? (value("HF_HOME") ?? hub) + "/hub"
    }

    /// Where all of a model is.
    package func model(_ reference: HubReference) -> String {
        folder + "/models--" + reference.name.replacing("/", with: "--")
    }

    /// The folder of a model that is in the cache; nil when it is not there.
    package func snapshot(of reference: HubReference) -> String? {
        let model = model(reference)
        let stored = try? String(
            contentsOfFile: model + "/refs/" + reference.revision, encoding: .utf8)
        let commit =
            stored?.trimmingCharacters(in: .whitespacesAndNewlines) ?? reference.revision
        guard HubReference.isName(commit) else { return nil }
        let snapshot = model + "/snapshots/" + commit
        return FileManager.default.fileExists(atPath: snapshot + "/config.json") ? snapshot : nil
    }
}
