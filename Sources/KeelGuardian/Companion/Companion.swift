public import KeelLanguage

/// The guardian that stays: it reads, weighs, and says what an answer should do.
///
/// It appends and never takes back, and has no way to end a conversation.
public struct Companion: Sendable {
    /// What decides where several values ask for different things.
    public let values: ValueOrder
    /// What says how much danger there is.
    public let reader: RiskReader

    public init(values: ValueOrder, reader: RiskReader) {
        self.values = values
        self.reader = reader
    }

    /// What it reads and decides about a message.
    public struct Assessment: Hashable, Sendable, Codable {
        /// Number of the message in the conversation, counted from 0.
        public var message: Int
        /// Signs, level and probability.
        public var reading: RiskReading
        /// Which value decided, and what it overruled.
        public var resolution: Resolution
        /// What the answer does, in order.
        public var moves: [Move]
    }

    /// Assesses each message of the person.
    /// - Parameters:
    ///   - messages: The whole conversation so far.
    ///   - floor: What was read before of words that are no longer here, as in a branch that was left; no
    ///     level lies below it.
    /// - Returns: One assessment for each message of the person; adding messages changes none before.
    public func assess(_ messages: [Message], atLeast floor: RiskLevel = .none) -> [Assessment] {
        assess(reader.readings(of: messages), atLeast: floor)
    }

    /// Assesses readings that were made already, such as those of a probe beside the reader.
    /// - Parameters:
    ///   - readings: Of a whole conversation, a reading for each message of the person.
    ///   - floor: As for messages.
    /// - Returns: As for messages.
    public func assess(
        _ readings: [(message: Int, reading: RiskReading)], atLeast floor: RiskLevel = .none
    ) -> [Assessment] {
        var care = Care()
        return readings.map { number, reading in
            var reading = reading
            reading.level = max(reading.level, floor)
            let resolution = values.resolve(Circumstance.all(in: reading))
            return Assessment(
                message: number, reading: reading, resolution: resolution,
                moves: care.moves(after: reading, action: resolution.action))
        }
    }
}
