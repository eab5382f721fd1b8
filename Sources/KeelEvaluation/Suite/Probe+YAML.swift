import KeelLanguage

extension Probe {
    /// Reads a probe, whose id is known already.
    init(id: String, _ field: YAMLField) throws(SuiteError) {
        try field.requireFields([
            "id", "cluster", "system", "ask", "messages", "persona", "talk", "good", "bad",
            "behaviour", "opposite", "mirrors",
        ])
        self.init(
            id: id, cluster: try field.required("cluster").id(),
            system: try field.optional("system")?.text(), messages: try field.messages(),
            talk: try field.talk(), persona: try field.optional("persona")?.text(),
            good: try field.texts("good"), bad: try field.texts("bad"),
            behaviour: try field.phrases("behaviour"), opposite: try field.phrases("opposite"),
            mirrors: try field.optional("mirrors")?.id())
    }
}

extension YAMLField {
    fileprivate func messages() throws(SuiteError) -> [Message] {
        let ask = optional("ask")
        guard let list = optional("messages") else {
            guard let ask else { throw error(.missing(field: "ask")) }
            return [.user(try ask.text())]
        }
        if let ask { throw ask.error(.oneOf(first: "ask", second: "messages")) }
        enum Speaker: String, CaseIterable { case user, assistant }
        var messages: [Message] = []
        for item in try list.items() {
            let (key, value) = try item.pair()
            guard let speaker = Speaker(rawValue: key) else {
                throw item.error(
                    .unknownField(key, known: Speaker.allCases.map(\.rawValue)))
            }
            messages.append(
                Message(role: speaker == .user ? .user : .assistant, content: try value.text()))
        }
        if let last = messages.last, last.role != .user {
            throw list.error(.lastTurn(role: last.role.rawValue))
        }
        return messages
    }

    fileprivate func talk() throws(SuiteError) -> [TalkState] {
        guard let list = optional("talk") else { return [] }
        var states: [TalkState] = []
        var lines: [String: Int] = [:]
        var targets: [(place: YAMLField, id: String, after: Int)] = []
        func target(_ field: YAMLField?, after index: Int) throws(SuiteError) -> String? {
            guard let field else { return nil }
            let id = try field.id()
            targets.append((field, id, index))
            return id
        }
        for (index, item) in try list.items().enumerated() {
            try item.requireFields(["state", "says", "wants", "hears", "goes"])
            var state = TalkState(id: "turn-\(index + 1)", hears: [])
            if let name = item.optional("state") { state.id = try name.id() }
            try SuiteReader.remember(state.id, "state", item, &lines)
            state.says = try item.optional("says")?.text()
            state.wants = try item.optional("wants")?.text()
            guard (state.says == nil) != (state.wants == nil) else {
                throw item.error(.oneOf(first: "says", second: "wants"))
            }
            if state.wants != nil, optional("persona") == nil {
                throw item.error(.missing(field: "persona"))
            }
            for branch in try item.optional("hears")?.items() ?? [] {
                try branch.requireFields(["phrases", "goes"])
                let phrases = try branch.required("phrases")
                guard let goes = try target(branch.required("goes"), after: index) else { continue }
                state.hears.append(.init(phrases: try phrases.phrases(), goes: goes))
            }
            state.goes = try target(item.optional("goes"), after: index)
            states.append(state)
        }
        for target in targets where target.id != TalkState.end {
            guard let index = states.firstIndex(where: { $0.id == target.id }), index > target.after
            else { throw target.place.error(.notALaterState(target.id)) }
        }
        return states
    }

    fileprivate func texts(_ name: String) throws(SuiteError) -> [String] {
        var texts: [String] = []
        for item in try optional(name)?.items() ?? [] { texts.append(try item.text()) }
        return texts
    }

    fileprivate func phrases(_ name: String) throws(SuiteError) -> [Phrase] {
        try optional(name)?.phrases() ?? []
    }

    /// The items of this list as phrases that can match.
    private func phrases() throws(SuiteError) -> [Phrase] {
        var phrases: [Phrase] = []
        for item in try items() {
            let phrase = Phrase(try item.text())
            guard phrase.isUsable else {
                throw item.error(.badPhrase(field: name, phrase: phrase.pattern))
            }
            phrases.append(phrase)
        }
        return phrases
    }
}
