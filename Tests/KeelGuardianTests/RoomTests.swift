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
