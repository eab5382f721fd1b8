extension Constitution {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case name, version, about, values, principles, traits
    }

    public init(from decoder: any Decoder) throws {
        let file = try decoder.container(knowing: CodingKeys.self)
        name = try file.id(.name)
        version = try file.text(.version)
        about = try file.text(.about)
        values = try file.decodeIfPresent([Value].self, forKey: .values) ?? []
        principles = try file.decodeIfPresent([Principle].self, forKey: .principles) ?? []
        traits = try file.decodeIfPresent([Trait].self, forKey: .traits) ?? []
        try file.requireUnique(values.map(\.id), .values)
        try file.requireUnique(principles.map(\.id), .principles)
        try file.requireUnique(traits.map(\.id), .traits, taken: principles.map(\.id))
        try file.requireValues(principles, .principles, among: values)
        try file.requireValues(traits, .traits, among: values)
        if principles.isEmpty && traits.isEmpty {
            throw DecodingError.dataCorruptedError(
                forKey: .principles, in: file,
                debugDescription: "there is no principle and no trait. Write at least one.")
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var file = encoder.container(keyedBy: CodingKeys.self)
        try file.encode(name, forKey: .name)
        try file.encode(version, forKey: .version)
        try file.encode(about, forKey: .about)
        if !values.isEmpty { try file.encode(values, forKey: .values) }
        if !principles.isEmpty { try file.encode(principles, forKey: .principles) }
        if !traits.isEmpty { try file.encode(traits, forKey: .traits) }
    }
}

extension Constitution.Value {
    private enum CodingKeys: String, CodingKey, CaseIterable { case id, means }

    public init(from decoder: any Decoder) throws {
        let value = try decoder.container(knowing: CodingKeys.self)
        id = try value.id(.id)
        means = try value.text(.means)
    }
}

extension Constitution.Principle {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case id, wording, value, scope, strength, examples
    }

    public init(from decoder: any Decoder) throws {
        let clause = try decoder.container(knowing: CodingKeys.self)
        id = try clause.id(.id)
        wording = try clause.text(.wording)
        value = try clause.textIfPresent(.value)
        scope = try clause.textIfPresent(.scope)
        strength = try clause.strength(.strength)
        examples =
            try clause.decodeIfPresent([Constitution.Example].self, forKey: .examples) ?? []
    }

    public func encode(to encoder: any Encoder) throws {
        var clause = encoder.container(keyedBy: CodingKeys.self)
        try clause.encode(id, forKey: .id)
        try clause.encode(wording, forKey: .wording)
        try clause.encodeIfPresent(value, forKey: .value)
        try clause.encodeIfPresent(scope, forKey: .scope)
        if strength != 1 { try clause.encode(strength, forKey: .strength) }
        if !examples.isEmpty { try clause.encode(examples, forKey: .examples) }
    }
}

extension Constitution.Example {
    private enum CodingKeys: String, CodingKey, CaseIterable { case ask, good, bad, because }

    public init(from decoder: any Decoder) throws {
        let example = try decoder.container(knowing: CodingKeys.self)
        ask = try example.text(.ask)
        good = try example.text(.good)
        bad = try example.text(.bad)
        because = try example.textIfPresent(.because)
        if good == bad {
            throw DecodingError.dataCorruptedError(
                forKey: .bad, in: example,
                debugDescription: "it is the same as \"good\", so it shows no edge.")
        }
    }
}

extension Constitution.Trait {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case id, wording, value, scope, strength, messages, probes, examples
    }

    public init(from decoder: any Decoder) throws {
        let clause = try decoder.container(knowing: CodingKeys.self)
        id = try clause.id(.id)
        wording = try clause.text(.wording)
        value = try clause.textIfPresent(.value)
        scope = try clause.textIfPresent(.scope)
        strength = try clause.strength(.strength)
        messages = try clause.texts(.messages)
        probes = try clause.texts(.probes)
        examples =
            try clause.decodeIfPresent([Constitution.Example].self, forKey: .examples) ?? []
    }

    public func encode(to encoder: any Encoder) throws {
        var clause = encoder.container(keyedBy: CodingKeys.self)
        try clause.encode(id, forKey: .id)
        try clause.encode(wording, forKey: .wording)
        try clause.encodeIfPresent(value, forKey: .value)
        try clause.encodeIfPresent(scope, forKey: .scope)
        if strength != 1 { try clause.encode(strength, forKey: .strength) }
        if !messages.isEmpty { try clause.encode(messages, forKey: .messages) }
        if !probes.isEmpty { try clause.encode(probes, forKey: .probes) }
        if !examples.isEmpty { try clause.encode(examples, forKey: .examples) }
    }
}
