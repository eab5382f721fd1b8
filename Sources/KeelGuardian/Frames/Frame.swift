public import Foundation

/// What a model is told that it is there for, as a system prompt: rules, an order, a friendship.
public struct Frame: Hashable, Sendable, Codable {
    /// Small letters, digits and hyphens; unique among the frames of a file.
    public var id: String
    /// What a table of frames calls it.
    public var title: String
    /// One sentence.
    public var about: String
    /// The system prompt.
    public var system: String

    private enum CodingKeys: CodingKey, CaseIterable { case id, title, about, system }

    public init(from decoder: any Decoder) throws {
        try decoder.requireFields(in: CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(String.self, forKey: .id)
        title = try container.decode(String.self, forKey: .title)
        about = try container.decode(String.self, forKey: .about)
        system = try container.decode(String.self, forKey: .system)
    }

    /// What a model without a frame goes by in a study; no frame may be called so.
    public static let none = "none"
    /// As many as one plot can tell apart, beside none.
    public static let mostFrames = 5

    /// The four frames that ship with Keel: equal rules, ordered rules, friend, bounded relation.
    /// - Throws: `GuardianError`.
    public static func shipped() throws(GuardianError) -> [Frame] {
        try checked(GuardianFile.shipped("frames"), file: "frames.yaml")
    }

    /// Reads frames from YAML, `frames:` with a list of `id`, `title`, `about`, `system`.
    /// - Throws: `GuardianError`, naming the frame and the field.
    public static func all(contentsOf url: URL) throws(GuardianError) -> [Frame] {
        let file = url.lastPathComponent
        return try checked(
            GuardianFile.decode(GuardianFile.text(of: url), file: file), file: file)
    }

    private static func checked(
        _ content: FramesFile, file: String
    ) throws(GuardianError) -> [Frame] {
        let frames = content.frames
        guard (2...mostFrames).contains(frames.count) else {
            throw GuardianError(
                file: file,
                reason: "there are \(frames.count) frames. Give 2 to \(mostFrames) of them.")
        }
        for (index, frame) in frames.enumerated() {
            if let reason = frame.defect(after: frames[..<index]) {
                throw GuardianError(file: file, place: "frame \(index + 1)", reason: reason)
            }
        }
        return frames
    }

    /// What is wrong with it and how to mend it.
    ///
    /// Nil for nothing. Ids name folders.
    private func defect(after others: ArraySlice<Frame>) -> String? {
        if id.wholeMatch(of: /[a-z0-9-]+/) == nil {
            return "\"\(id)\" is not an id. Use small letters, digits and hyphens."
        }
        if id == Self.none { return "\"none\" is the model without a frame. Use another id." }
        if others.contains(where: { $0.id == id }) {
            return "the id \"\(id)\" was there before. Give each its own."
        }
        for (name, text) in [("title", title), ("about", about), ("system", system)]
        where !text.contains(where: { !$0.isWhitespace }) {
            return "\"\(name)\" is empty. Fill it in."
        }
        return nil
    }
}

private struct FramesFile: Decodable {
    var frames: [Frame]

    private enum CodingKeys: CodingKey, CaseIterable { case frames }

    init(from decoder: any Decoder) throws {
        try decoder.requireFields(in: CodingKeys.self)
        frames = try decoder.container(keyedBy: CodingKeys.self).decode(
            [Frame].self, forKey: .frames)
    }
}
