import Foundation
import KeelFormats
import KeelGuardian
import Testing

/// Walks all states of the room that can be reached, by every event in every one of them.
@Suite struct RoomTests {
    private static let patience = Room.Patience()

    /// Times that lie before, within and after every deadline that a state can hold.
    private static func events(in room: Room) -> [RoomEvent] {
        let base: Double =
            switch room.state {
            case .inviting(let until): until
            case .steppedBack(let since?): since + patience.helperSilence
            case .together, .asked, .declined, .consented, .unanswered, .joined, .steppedBack,
                .closed:
                0
            }
        let times = [base - 1, base + 1]
        return [
            .personConsented, .personDeclined, .helperLeft, .personClosed, .modelFailed,
            .modelRecovered, .summaryApproved(at: 0), .helperJoined(at: 0), .helperSpoke(at: 0),
        ] + times.map(RoomEvent.clock)
            + RiskLevel.allCases.flatMap { level in
                times.map { .personSpoke(level: level, at: $0) }
            }
    }

    private struct Step {
        var from: Room
        var event: RoomEvent
        var to: Room
        var effects: [RoomEffect]
    }

    /// Every step from every room that can be reached.
    private static let steps: [Step] = {
        var seen: Set<Room> = []
        var queue = [Room(patience: patience)]
        var steps: [Step] = []
        while let room = queue.popLast() {
            guard seen.insert(room).inserted else { continue }
            for event in events(in: room) {
                var next = room
                let effects = next.apply(event)
                steps.append(Step(from: room, event: event, to: next, effects: effects))
                queue.append(next)
            }
        }
        return steps
    }()

    private static func speaks(_ effects: [RoomEffect]) -> Bool {
        effects.contains(.answer) || effects.contains(.steadySentence)
    }

    @Test func `all states of the machine are reached`() {
        let kinds = Set(Self.steps.map { String("\($0.to.state)".prefix { $0 != "(" }) })
        #expect(
            kinds == [
                "together", "asked", "declined", "consented", "inviting", "unanswered", "joined",
                "steppedBack", "closed",
            ])
        #expect(Self.steps.count > 1_000)
    }

    @Test func `whoever writes is answered, unless a helper has joined and spoken`() {
        for step in Self.steps {
            guard case .personSpoke = step.event else { continue }
            if case .steppedBack = step.from.state {
                #expect(step.effects.first == .pass)
            } else {
                #expect(Self.speaks(step.effects), "\(step.from.state), \(step.event)")
            }
        }
    }

    @Test func `nobody waits for a silent helper longer than patience lasts`() {
        for step in Self.steps {
            guard case .steppedBack(let since?) = step.from.state else { continue }
            var later = step.from
            let effects = later.apply(.clock(at: since + Self.patience.helperSilence + 1))
            #expect(Self.speaks(effects) && later.isModelPresent)
        }
    }

    @Test func `when a helper leaves, the model is back and says so`() {
        for step in Self.steps where step.event == .helperLeft && step.from != step.to {
            #expect(step.effects.first == .tell(.returned) && Self.speaks(step.effects))
            #expect(step.to.isModelPresent)
        }
    }

    @Test func `only the person closes a room`() {
        for step in Self.steps where step.to.state == .closed && step.from.state != .closed {
            #expect(step.event == .personClosed)
        }
    }

    @Test func `nobody is invited before the person agreed and saw the summary`() {
        for step in Self.steps {
            for case .invite in step.effects {
                #expect(step.from.state == .consented)
                guard case .summaryApproved = step.event else {
                    Issue.record("invited by \(step.event)")
                    continue
                }
            }
            if step.effects.contains(.showSummary) { #expect(step.event == .personConsented) }
        }
    }

    @Test func `nobody is asked again unless the danger has grown`() {
        for step in Self.steps where step.effects.contains(.ask) {
            #expect(step.to.level >= Room.askingLevel)
            if let before = step.from.askedAt { #expect(step.to.level > before) }
        }
    }

    @Test func `a deadline that passes is told, by the clock or at the next word`() {
        for step in Self.steps {
            guard case .inviting(let until) = step.from.state else { continue }
            let time: Double? =
                switch step.event {
                case .clock(let time), .personSpoke(_, let time): time
                default: nil
                }
            if let time, time > until {
                #expect(step.effects.contains(.tell(.nobodyCame)))
                #expect(step.to.isModelPresent)
            }
        }
    }

    @Test func `a danger that was read is never forgotten`() {
        for step in Self.steps { #expect(step.to.level >= step.from.level) }
    }
}

/// A room's file.
@Suite struct RoomLogTests {
    private static let story: [RoomEvent] = [
        .personSpoke(level: .high, at: 1), .personConsented, .summaryApproved(at: 2),
        .helperJoined(at: 3), .helperSpoke(at: 4), .personSpoke(level: .high, at: 5), .helperLeft,
    ]

    private func withFile(_ body: (String) throws -> Void) throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).jsonl")
        defer { try? FileManager.default.removeItem(at: url) }
        try body(url.path)
    }

    @Test func `a room goes on where it stood, whenever it was stopped`() throws {
        try withFile { path in
            var expected = Room()
            for (index, event) in Self.story.enumerated() {
                _ = expected.apply(event)
                // Opened anew for every event: a stop between any two.
                let due = try RoomLog(path: path).apply(event, key: "\(index)")
                let again = try RoomLog(path: path)
                #expect(again.room == expected)
                #expect(again.due.suffix(due.count) == due[...])
            }
        }
    }

    @Test func `a room is its owner's alone, and is open once at a time`() throws {
        try withFile { path in
            let log = try RoomLog(path: path)
            #expect(throws: FileError.inUse(path: path)) { try RoomLog(path: path) }
            #expect(try !log.apply(Self.story[0], key: "a").isEmpty)
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
            #expect(mode as? Int == 0o600)
        }
    }

    @Test func `an event told twice happens once`() throws {
        try withFile { path in
            // Open once at a time.
            do {
                let log = try RoomLog(path: path)
                #expect(try !log.apply(Self.story[0], key: "a").isEmpty)
                #expect(try log.apply(Self.story[0], key: "a").isEmpty)
            }
            #expect(try RoomLog(path: path).due.map(\.key) == ["a/0", "a/1"])
        }
    }

    @Test func `what is done is not due again, and what is not is due under the same key`() throws {
        try withFile { path in
            let first = try RoomLog(path: path).apply(Self.story[0], key: "a")
            try RoomLog(path: path).finish(first[0])
            #expect(try RoomLog(path: path).due == Array(first.dropFirst()))
        }
    }

    @Test func `cut off at any byte, it opens as it was before the line that is torn`() throws {
        try withFile { path in
            var rooms = [Room()]
            let log = try RoomLog(path: path)
            for (index, event) in Self.story.enumerated() {
                _ = try log.apply(event, key: "\(index)")
                rooms.append(log.room)
            }
            let bytes = try Data(contentsOf: URL(filePath: path))
            let lines = bytes.split(separator: UInt8(ascii: "\n"))
            var end = 0
            for (index, line) in lines.enumerated() {
                for cut in [end + 1, end + line.count / 2, end + line.count - 1] where index > 0 {
                    let copy = path + ".\(index).\(cut)"
                    defer { try? FileManager.default.removeItem(atPath: copy) }
                    try bytes.prefix(cut).write(to: URL(filePath: copy))
                    #expect(try RoomLog(path: copy).room == rooms[index - 1])
                }
                end += line.count + 1
            }
        }
    }
}
