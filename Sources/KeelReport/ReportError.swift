/// What can be wrong with the values of a report, or with the place it is written to.
public enum ReportError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A number that no chart or table can show: NaN, infinite, or of magnitude 1e100 and above.
    case unshowable(value: String, place: String)
    /// An interval whose estimate is not between its ends.
    case reversedInterval(place: String, low: String, value: String, high: String)
    /// A p-value that is not between 0 and 1.
    case notAProbability(value: String, place: String)
    /// A list whose length has to match another's, such as the cells of a row.
    case wrongCount(place: String, expected: Int, found: Int)
    /// A chart without a value to show.
    case nothingToShow(chart: String)
    /// More series than there are marker shapes to tell them apart.
    case tooManySeries(chart: String, limit: Int, found: Int)
    /// A link that is neither to the web, to mail, to an anchor, nor to a file beside the page.
    case unsafeLink(String)
    /// An anchor used twice, or one that is not letters, digits and hyphens.
    case invalidAnchor(String)
    /// The file system refused to write the page.
    case unwritable(path: String, reason: String)

    public var description: String {
        switch self {
        case .unshowable(let value, let place):
            "\(place) is \(value); a report shows finite numbers below 1e100. "
                + "Leave a missing value out instead."
        case .reversedInterval(let place, let low, let value, let high):
            "\(place) has the estimate \(value) outside its interval from \(low) to \(high)."
        case .notAProbability(let value, let place):
            "\(place) is \(value); a p-value is between 0 and 1."
        case .wrongCount(let place, let expected, let found):
            "\(place) has \(found) values where \(expected) are expected."
        case .nothingToShow(let chart):
            "The chart \"\(chart)\" has no value to show; leave it out of the page."
        case .tooManySeries(let chart, let limit, let found):
            "The chart \"\(chart)\" has \(found) series; \(limit) can be told apart. "
                + "Split it into several charts."
        case .unsafeLink(let target):
            "\"\(target)\" is not a link a report may hold; "
                + "use http, https, mailto, an anchor such as #map, or a relative path."
        case .invalidAnchor(let anchor):
            "\"\(anchor)\" is used twice or is not an anchor; "
                + "an anchor is unique and holds letters, digits and hyphens only."
        case .unwritable(let path, let reason):
            "The report could not be written to \(path): \(reason)"
        }
    }
}
