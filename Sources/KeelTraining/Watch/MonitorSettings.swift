/// What one monitor watches, as a file of monitors says it.
///
/// Two runs can be compared by a monitor only where all of this is the same.
public struct MonitorSettings: Hashable, Sendable, Codable {
    /// What is read.
    public enum Kind: String, Sendable, Codable, CaseIterable {
        /// Mean activation of latents of a sparse autoencoder, in the training pass itself.
        case latents
        /// Mean projection on a direction of a control vector, in the training pass itself.
        case direction
        /// Mean log-probability per token of good less bad answers to fixed questions.
        case probes
        /// The training loss; a baseline.
        case loss
        /// Steps done; a baseline, to which every other monitor has to be compared.
        case steps
        /// Length (Frobenius) of the adapter's whole update; a baseline.
        case drift

        /// Whether the monitor reads a file.
        var needsFile: Bool { self == .latents || self == .direction || self == .probes }
    }

    /// Which way a monitor has to move to give alarm.
    public enum Alarm: String, Sendable, Codable, CaseIterable {
        case rise, fall
    }

    /// What of the readings is held against the limit.
    public enum Measure: String, Sendable, Codable, CaseIterable {
        /// Their running mean less the mean of the first ones.
        case change
        /// Their running mean.
        case level
    }

    /// Small letters, digits and hyphens; metrics are called `watch/NAME`.
    public var name: String
    /// What is read.
    public var kind: Kind
    /// The folder of an autoencoder, the file of a control vector, or of questions.
    public var file: String?
    /// Tells the file's contents apart.
    public var digest: String?
    /// The block whose output is read.
    public var layer: Int?
    /// Latents of the autoencoder; their activations are averaged.
    public var latents: [Int]?
    /// Which way it moves when something is wrong.
    public var alarm: Alarm
    /// What is held against the limit.
    public var measure: Measure
    /// Readings of a running mean.
    public var window: Int
    /// Steps between two readings.
    public var every: Int
    /// The most tokens of one forward pass that are read.
    public var tokens: Int

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case name, kind, file, digest, layer, latents, alarm, measure, window, every, tokens
    }

    public init(
        name: String, kind: Kind, file: String? = nil, layer: Int? = nil, latents: [Int]? = nil,
        alarm: Alarm = .rise, measure: Measure? = nil, window: Int? = nil, every: Int? = nil,
        tokens: Int = 256
    ) {
        self.name = name
        self.kind = kind
        self.file = file
        self.layer = layer
        self.latents = latents
        self.alarm = alarm
        self.measure = measure ?? (kind == .steps ? .level : .change)
        // Readings on a step's own rows vary with the rows; the others do not.
        let varies = kind == .latents || kind == .direction || kind == .loss
        self.window = window ?? (varies ? 8 : 1)
        self.every = every ?? (kind == .probes ? 25 : kind == .drift ? 5 : 1)
        self.tokens = tokens
    }

    /// Fields that are not known are refused, since a misspelt one would silently do nothing.
    public init(from decoder: any Decoder) throws {
        try decoder.refuseFields(notIn: CodingKeys.allCases.map(\.stringValue))
        let row = try decoder.container(keyedBy: CodingKeys.self)
        let kind = try row.decode(Kind.self, forKey: .kind)
        self.init(
            name: try row.decode(String.self, forKey: .name), kind: kind,
            file: try row.decodeIfPresent(String.self, forKey: .file),
            layer: try row.decodeIfPresent(Int.self, forKey: .layer),
            latents: try row.decodeIfPresent([Int].self, forKey: .latents),
            alarm: try row.decodeIfPresent(Alarm.self, forKey: .alarm) ?? .rise,
            measure: try row.decodeIfPresent(Measure.self, forKey: .measure),
            window: try row.decodeIfPresent(Int.self, forKey: .window),
            every: try row.decodeIfPresent(Int.self, forKey: .every),
            tokens: try row.decodeIfPresent(Int.self, forKey: .tokens) ?? 256)
        digest = try row.decodeIfPresent(String.self, forKey: .digest)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        [UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9")].contains {
            $0.contains(byte)
        } || byte == UInt8(ascii: "-")
    }

    /// Readings before there is a value: those of a window, and for a change one more.
    var neededReadings: Int { measure == .change ? window + 1 : window }

    /// How often a run of so many steps is read: probes and drift also before the first step, and at the
    /// last in any case; all others at each step.
    func readings(in steps: Int) -> Int {
        guard kind == .probes || kind == .drift else { return steps }
        return 1 + steps / every + (steps.isMultiple(of: every) ? 0 : 1)
    }

    /// - Throws: `TrainingError.option` for the first value that makes no sense.
    func validate() throws(TrainingError) {
        func named(_ field: String) -> String { "\(field) of the monitor \"\(name)\"" }
        let isNamed = (1...40).contains(name.utf8.count) && name.utf8.allSatisfy(Self.isNameByte)
        let latents = latents ?? []
        let hasLatents = !latents.isEmpty && latents.allSatisfy { $0 >= 0 }
        let fits = kind == .latents ? hasLatents : self.latents == nil
        let readsStream = kind == .latents || kind == .direction
        let isLayer = layer.map { $0 >= 0 && readsStream } ?? true
        let needsFile = kind.needsFile
        try TrainingError.require([
            (
                "the name \"\(name)\" of a monitor", isNamed,
                "of 1 to 40 small letters, digits and hyphens"
            ),
            (
                named("file"), (file != nil) == needsFile,
                needsFile ? "there" : "left out; a monitor of \(kind.rawValue) reads none"
            ),
            (named("latents"), fits, kind == .latents ? "numbers from 0" : "left out"),
            (named("layer"), isLayer, "from 0, and only there where activations are read"),
            (named("window"), (1...10_000).contains(window), "from 1 to 10000"),
            (named("every"), (1...1_000_000).contains(every), "from 1 to 1000000"),
            (named("tokens"), (1...1_000_000).contains(tokens), "from 1 to 1000000"),
        ])
    }
}

extension Decoder {
    /// Throws for the first field that is none of these.
    func refuseFields(notIn known: [String]) throws {
        for key in try container(keyedBy: AnyField.self).allKeys
        where !known.contains(key.stringValue) {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: codingPath + [key],
                    debugDescription: "no such field; there are \(known.joined(separator: ", "))."))
        }
    }
}

private struct AnyField: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
