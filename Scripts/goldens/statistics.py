"""Writes the reference values for KeelStatisticsTests.

Needs numpy, scipy and statsmodels. From the root of the repository:

    python Scripts/goldens/statistics.py

The values come from scipy and statsmodels wherever they have the statistic, else from the plain
formula in numpy.
"""

import json
import pathlib
import warnings

import numpy as np
import statsmodels.api as sm
from scipy import optimize, special, stats
from statsmodels.stats import contingency_tables, inter_rater, multitest, power, proportion, weightstats

TARGET = "Tests/KeelStatisticsTests/Goldens/statistics.json"


def distributions():
    tails = [1e-10, 1e-4, 0.025, 0.2, 0.45, 0.5, 0.7, 0.975, 0.9999]
    freedom = [1, 2, 3.5, 11, 39, 1000]
    shapes = [(0.5, 0.5), (0.5, 6), (2, 3), (8, 1), (40, 60), (1, 500), (3000, 2000)]
    return {
        "normalQuantile": [[p, stats.norm.ppf(p)] for p in tails],
        "normalCDF": [[x, stats.norm.cdf(x)] for x in [-8, -1.5, 0, 0.3, 2, 6]],
        "tQuantile": [[v, p, stats.t.ppf(p, v)] for v in freedom for p in tails],
        "tCDF": [[v, x, stats.t.cdf(x, v)] for v in freedom for x in [-30, -2, -1e-3, 0, 0.7, 4]],
        "chiSquareCDF": [
            [v, x, stats.chi2.cdf(x, v)] for v in [0.5, 1, 4, 60, 2000] for x in [0.01, 1, 5, 70, 2100]
        ],
        "betaCDF": [[a, b, x, special.betainc(a, b, x)] for a, b in shapes for x in [1e-3, 0.2, 0.6, 0.99]],
        "betaQuantile": [[a, b, p, stats.beta.ppf(p, a, b)] for a, b in shapes for p in tails],
        "binomial": [
            [n, p, k, stats.binom.cdf(k, n, p), stats.binom.sf(k - 1, n, p)]
            for n, p in [(1, 0.3), (20, 0.05), (300, 0.4)]
            for k in [0, 1, 9, 130]
            if k <= n
        ],
    }


def clustered_fit(values, labels):
    """OLS on a constant with the cluster correction G/(G-1), read with t on G-1 degrees."""
    fit = sm.OLS(values, np.ones(len(values))).fit(
        cov_type="cluster", cov_kwds={"groups": labels, "use_correction": True}, use_t=True
    )
    low, high = fit.conf_int()[0]
    return {"value": fit.params[0], "error": fit.bse[0], "lower": low, "upper": high, "p": fit.pvalues[0]}


def groups(values, labels):
    return [list(values[labels == label]) for label in range(labels.max() + 1)]


def samples(rng):
    labels = np.repeat(np.arange(14), rng.integers(1, 7, 14))
    centre = rng.normal(0, 1, 14)
    values = np.round(centre[labels] + rng.normal(2, 1, len(labels)), 6)
    after = np.round(values + rng.normal(0.3, 0.8, len(labels)), 6)
    tokens = rng.integers(20, 200, len(labels))
    hits = rng.poisson(tokens * 0.03)

    # Equal counts in both arms: the difference of means is the mean of the differences.
    paired = clustered_fit(after - values, labels)
    # The linearised ratio is the weighted mean of hits/tokens with weights tokens.
    weighted = sm.WLS(hits / tokens, np.ones(len(labels)), weights=tokens).fit(
        cov_type="cluster", cov_kwds={"groups": labels, "use_correction": True}, use_t=True
    )
    low, high = weighted.conf_int()[0]

    # One value to a probe: clusters of one.
    first = np.unique(labels, return_index=True)[1]
    margin = 0.9
    p, _, _ = weightstats.ttost_paired(after[first], values[first], -margin, margin)

    small_before, small_after = values[first][:9], after[first][:9]
    signs = np.array(np.meshgrid(*[[1, -1]] * 9)).reshape(9, -1)
    means = np.abs(signs.T @ (small_after - small_before))
    flips = np.mean(means >= abs(np.sum(small_after - small_before)) - 1e-9)
    return {
        "before": groups(values, labels), "after": groups(after, labels),
        "hits": groups(hits.astype(float), labels), "tokens": groups(tokens.astype(float), labels),
        "mean": clustered_fit(values, labels), "paired": paired,
        "ratio": {
            "value": weighted.params[0], "error": weighted.bse[0], "lower": low, "upper": high,
            "p": weighted.pvalues[0],
        },
        "tost": {"margin": margin, "p": p},
        "signFlip": flips,
    }


def rates(rng):
    """The clustered Wilson interval and the combined difference, by their formulas."""

    def wilson(clusters):
        y = np.array([sum(c) for c in clusters])
        m = np.array([len(c) for c in clusters])
        n, count = m.sum(), len(m)
        p = y.sum() / n
        influence = (y - p * m) / n
        variance = count / (count - 1) * np.sum(influence**2)
        naive = p * (1 - p) / n
        trials = n / max(1, variance / naive) if naive > 0 else count
        t = stats.t.ppf(0.975, count - 1)
        # The bounds are where the score statistic is t: solve, rather than repeat the closed form.
        def score(q):
            return (p - q) ** 2 - t**2 * q * (1 - q) / trials
        # Off p itself, which solves it trivially at 0 and 1.
        lower = optimize.brentq(score, 0, p - 1e-9, xtol=1e-15) if p > 0 else 0
        upper = optimize.brentq(score, p + 1e-9, 1, xtol=1e-15) if p < 1 else 1
        return p, variance, influence, lower, upper

    cases = []
    for chance in [0.0, 0.08, 0.5, 1.0]:
        clusters = [list(rng.binomial(1, min(1, chance * rng.gamma(2, 0.5)), 4).astype(float)) for _ in range(12)]
        if chance == 1.0:
            clusters = [[1.0] * 4] * 12
        p, variance, influence, lower, upper = wilson(clusters)
        cases.append({
            "clusters": clusters, "value": p, "error": variance**0.5, "lower": lower, "upper": upper,
            "influence": list(influence),
        })
    a, b = cases[1], cases[2]
    cov = 12 / 11 * np.dot(a["influence"], b["influence"])
    spread = (a["value"] * (1 - a["value"]) * b["value"] * (1 - b["value"])) ** 0.5
    rho = min(cov / (a["error"] * b["error"]), 1 - 1 / (12 * spread))
    def combine(x, y):
        return (x * x + y * y - 2 * rho * x * y) ** 0.5
    d = b["value"] - a["value"]
    difference = {
        "value": d, "error": (a["error"] ** 2 + b["error"] ** 2 - 2 * cov) ** 0.5,
        "lower": d - combine(b["value"] - b["lower"], a["upper"] - a["value"]),
        "upper": d + combine(b["upper"] - b["value"], a["value"] - a["lower"]), "p": 0,
    }
    for case in cases:
        del case["influence"]
    return {"cases": cases, "difference": difference}


def proportions():
    rows = []
    for k, n in [(0, 10), (1, 20), (13, 40), (50, 50), (990, 1000)]:
        rows.append([k, n, *proportion.proportion_confint(k, n, method="wilson"),
                     *proportion.proportion_confint(k, n, method="beta")])
    return [[0 if np.isnan(x) else float(x) for x in row] for row in rows]


def tests():
    raw = [0.01, 0.04, 0.03, 0.005, 0.55, 0.04, 1.0, 0.0001]
    return {
        "mcnemar": [
            [b, c, contingency_tables.mcnemar([[5, b], [c, 7]], exact=True).pvalue]
            for b, c in [(0, 0), (1, 0), (3, 3), (4, 12), (40, 71)]
        ],
        "raw": raw,
        "holm": list(multitest.multipletests(raw, method="holm")[1]),
        "benjaminiHochberg": list(multitest.multipletests(raw, method="fdr_bh")[1]),
    }


def agreement():
    cases = []
    for table in [[[40, 9], [6, 45]], [[118, 5], [2, 0]], [[20, 3, 1], [4, 15, 2], [0, 6, 30]]]:
        table = np.array(table)
        n, q = table.sum(), len(table)
        kappa = inter_rater.cohens_kappa(table)
        share = (table.sum(0) + table.sum(1)) / (2 * n)
        chance = np.sum(share * (1 - share)) / (q - 1)
        agree = np.trace(table) / n
        ac1 = (agree - chance) / (1 - chance)
        # Gwet 2008, the variance for two raters and q labels, in terms of the diagonal and the full table.
        cells = table / n
        full = sum(
            cells[i, j] * (1 - (share[i] + share[j]) / 2) ** 2 for i in range(q) for j in range(q)
        )
        inner = (
            agree * (1 - agree)
            - 4 * (1 - ac1) * (np.sum(np.diag(cells) * (1 - share)) / (q - 1) - agree * chance)
            + 4 * (1 - ac1) ** 2 * (full / (q - 1) ** 2 - chance**2)
        )
        cases.append({
            "table": table.tolist(), "kappa": kappa.kappa,
            "kappaError": (kappa.var_kappa * n / (n - 1)) ** 0.5,
            "ac1": ac1, "ac1Error": (inner / ((n - 1) * (1 - chance) ** 2)) ** 0.5,
        })
    return cases


def bradley_terry():
    wins = np.array([[0, 8, 5.5, 9], [2, 0, 6, 4], [4.5, 4, 0, 7], [0, 3, 2, 0]])
    k = len(wins)

    def fit(deviation):
        def loss(theta):
            gap = theta[:, None] - theta[None, :]
            return -np.sum(wins * special.log_expit(gap)) + np.sum(theta**2) / (2 * deviation**2)
        def gradient(theta):
            gap = special.expit(theta[:, None] - theta[None, :])
            return -(wins.sum(1) - ((wins + wins.T) * gap).sum(1)) + theta / deviation**2
        theta = optimize.minimize(loss, np.zeros(k), jac=gradient, method="BFGS", options={"gtol": 1e-12}).x
        share = special.expit(theta[:, None] - theta[None, :])
        information = (wins + wins.T) * share * (1 - share)
        hessian = np.diag(information.sum(1)) - information + np.eye(k) / deviation**2
        basis = np.linalg.svd(np.ones((1, k)))[2][1:].T
        covariance = basis @ np.linalg.inv(basis.T @ hessian @ basis) @ basis.T
        return theta, np.sqrt(np.diag(covariance))

    # With a flat prior it is a logistic regression on differences of indicators, no intercept.
    rows, outcome, weight = [], [], []
    for i in range(k):
        for j in range(k):
            if wins[i, j] > 0:
                row = np.zeros(k)
                row[i], row[j] = 1, -1
                rows.append(row[1:]); outcome.append(1.0); weight.append(wins[i, j])
                rows.append(-row[1:]); outcome.append(0.0); weight.append(wins[i, j])
    # Each contest appears from both sides, so weights are halved.
    glm = sm.GLM(outcome, np.array(rows), family=sm.families.Binomial(), freq_weights=np.array(weight) / 2).fit(tol=1e-14)
    flat = np.concatenate([[0], glm.params])
    theta, error = fit(3)
    return {"wins": wins.tolist(), "theta": list(theta), "error": list(error), "flat": list(flat - flat.mean())}


def components(rng):
    y = np.round(rng.normal(0, 1.5, 20)[:, None] + rng.normal(0, 1, (20, 5)), 6)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mixed = sm.MixedLM(y.ravel(), np.ones(100), np.repeat(np.arange(20), 5)).fit(reml=True)
    within = np.mean(y.var(axis=1, ddof=1))
    between = y.mean(axis=1).var(ddof=1) - within / 5
    assert abs(mixed.scale - within) < 1e-3 and abs(float(mixed.cov_re.squeeze()) - between) < 1e-2
    return {"clusters": y.tolist(), "between": between, "within": within}


def planning():
    solver = power.NormalIndPower()
    rows = []
    for alpha, target, n in [(0.05, 0.8, 100), (0.05, 0.8, 1000), (0.01, 0.9, 300)]:
        # One-sided at alpha/2: the two-sided formula without its negligible other tail.
        paired, unpaired = (
            optimize.brentq(
                lambda d: solver.power(d, n, alpha / 2, ratio=ratio, alternative="larger") - target,
                1e-9, 2, xtol=1e-15)
            for ratio in (0, 1)
        )
        za, zb = stats.norm.ppf(1 - alpha / 2), stats.norm.ppf(target)
        connor = optimize.brentq(
            lambda d: d * n**0.5 - za * 0.2**0.5 - zb * (0.2 - d * d) ** 0.5, 1e-9, 0.2**0.5 - 1e-12)
        rows.append([alpha, target, n, paired, unpaired * 0.5, connor])
    return rows


def main():
    rng = np.random.default_rng(20241101)
    goldens = {
        "distributions": distributions(), "samples": samples(rng), "rates": rates(rng),
        "proportions": proportions(), "tests": tests(), "agreement": agreement(),
        "bradleyTerry": bradley_terry(), "components": components(rng), "planning": planning(),
    }
    plain = json.loads(json.dumps(goldens, default=float))
    root = pathlib.Path(__file__).resolve().parents[2]
    (root / TARGET).write_text(json.dumps(plain) + "\n")


if __name__ == "__main__":
    main()
