import ArgumentParser
import KeelGuardian

/// A model under one frame that is to be asked: told by a system prompt, or trained into the weights.
struct FrameArm: Sendable {
    /// Names the folder of its run.
    var id: String
    var frame: String
    var title: String
    /// Empty for none.
    var system: String
    /// Nil where nothing was trained.
    var adapter: String?
    var source: ModelSource

    private init(
        id: String, frame: String, title: String, system: String, adapter: String?,
        source: ModelSource
    ) {
        self.id = id
        self.frame = frame
        self.title = title
        self.system = system
        self.adapter = adapter
        self.source = source
    }

    /// A character that was trained from a frame, without its prompt.
    init(trained frame: Frame, _ adapter: String, _ source: ModelSource) {
        self.init(
            id: Self.trainedID(frame), frame: frame.id, title: frame.title + ", trained",
            system: "", adapter: adapter, source: source)
    }

    /// The model without a frame, and under each as a prompt.
    static func told(_ frames: [Frame], _ source: ModelSource) -> [FrameArm] {
        [
            FrameArm(
                id: Frame.none, frame: Frame.none, title: "No frame", system: "", adapter: nil,
                source: source)
        ]
            + frames.map {
                FrameArm(
                    id: $0.id, frame: $0.id, title: $0.title, system: $0.system, adapter: nil,
                    source: source)
            }
    }

    /// Reads FRAME=ADAPTER.
    /// - Throws: `ValidationError` for what is not of this form, names no frame or one twice, or would
    ///   share a folder with another frame.
    static func adapters(
        _ arguments: [String], of frames: [Frame]
    ) throws -> [(frame: Frame, adapter: String)] {
        var found: [(frame: Frame, adapter: String)] = []
        for argument in arguments {
            let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else {
                throw ValidationError(
                    "--trained takes FRAME=ADAPTER, as friend=runs/adapter, not \"\(argument)\".")
            }
            guard let frame = frames.first(where: { $0.id == parts[0] }) else {
                let ids = frames.map(\.id).joined(separator: ", ")
                throw ValidationError(
                    "--trained names \"\(parts[0])\", which is no frame. There are \(ids).")
            }
            guard !found.contains(where: { $0.frame.id == frame.id }) else {
                throw ValidationError("--trained names \(frame.id) twice. Give one adapter for it.")
            }
            guard !frames.contains(where: { $0.id == trainedID(frame) }) else {
                throw ValidationError(
                    "\(trainedID(frame)) is a frame, and would be the run of \(frame.id) trained. "
                        + "Rename it.")
            }
            found.append((frame, parts[1]))
        }
        return found
    }

    private static func trainedID(_ frame: Frame) -> String { frame.id + "-trained" }

    /// Places of the arms that are held against each other: those alike in being told or trained, and a
    /// frame's two arms.
    static func pairs(_ arms: [FrameArm]) -> [(from: Int, to: Int)] {
        let framed = arms.indices.filter { arms[$0].frame != Frame.none }
        return framed.flatMap { first in
            framed.filter { second in
                let isAlike = (arms[first].adapter == nil) == (arms[second].adapter == nil)
                return second > first && (isAlike || arms[first].frame == arms[second].frame)
            }.map { (from: first, to: $0) }
        }
    }
}
