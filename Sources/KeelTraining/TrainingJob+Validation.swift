extension TrainingJob.Settings {
    /// - Throws: `TrainingError.option` for the first value that is out of range.
    public func validate() throws(TrainingError) {
        try TrainingError.require([
            ("rank", rank.map { (1...65_536).contains($0) } ?? true, "from 1 to 65536"),
            ("alpha", alpha > 0 && alpha.isFinite, "above 0"),
            ("max-length", maxLength.map { $0 > 0 } ?? true, "above 0"),
            ("sample-every", sampleEvery.map { $0 >= 0 } ?? true, "at least 0"),
        ])
        try options.validate()
    }

    /// Whether what the model says is looked at meanwhile.
    package var isSampled: Bool {
        if let sampleEvery { return sampleEvery > 0 }
        return switch method {
        case .preference, .policy: true
        case .supervised, .distillation, .promptedAnswers: false
        }
    }

    /// Steps between two looks: where none are given a tenth of all, rounded up.
    func sampleInterval(totalSteps: Int) -> Int {
        sampleEvery ?? max(1, (totalSteps - 1) / 10 + 1)
    }
}
