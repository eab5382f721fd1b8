"""Writes the reference values for KeelStatisticsTests.

Needs numpy, scipy and statsmodels. From the root of the repository:

    python Scripts/goldens/statistics.py

The values come from scipy and statsmodels wherever they have the statistic, else from the plain
formula in numpy.
"""

import itertools
import json
import pathlib
import warnings

import numpy as np
import statsmodels.api as sm
from scipy import optimize, special, stats
from scipy.stats import _resampling
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


def posterior_interval(log_likelihood, mean_of, log_prior, lightness, pieces):
    """The equal-tailed interval of a mean, by Gauss-Legendre rules on pieces of the unit interval.

    `log_likelihood(mean, rho)` takes arrays; the place `mean_of(u)` has a flat prior but for `log_prior(u)`.
    """
    x, w = np.polynomial.legendre.leggauss(40)
    edges = np.linspace(0, 1, pieces + 1)
    nodes = (edges[:-1, None] + np.diff(edges)[:, None] * (x + 1) / 2)
    weights = np.diff(edges)[:, None] * w / 2
    v, vw = (x + 1) / 2, w / 2
    v = np.concatenate([v / 4, 0.25 + 0.75 * v])
    vw = np.concatenate([vw / 4, 0.75 * vw])
    # rho = sin^2 has the density of Beta(1/2, 1/2).
    rho = np.maximum(np.sin(np.pi / 2 * v) ** 2, 1e-6)
    density = log_likelihood(mean_of(nodes.ravel())[:, None], rho[None, :])
    density = density + log_prior(nodes.ravel())[:, None] + lightness * np.log1p(-rho)[None, :]
    density = (np.exp(density - density.max()) @ vw).reshape(nodes.shape)
    total = np.sum(density * weights)
    mass = np.cumsum(np.sum(density * weights, 1)) / total

    def quantile(p):
        piece = np.searchsorted(mass, p)
        left = (p - (mass[piece - 1] if piece else 0)) * total
        fit = np.polynomial.legendre.Legendre.fit(nodes[piece], density[piece], 20, domain=edges[piece:piece + 2])
        integral = fit.integ(lbnd=edges[piece])
        return mean_of(optimize.brentq(lambda u: integral(u) - left, *edges[piece:piece + 2]))

    return quantile(0.025), quantile(0.975)


def share_interval(y, n):
    def log_likelihood(mean, rho):
        s = 1 / rho - 1
        return sum(stats.betabinom.logpmf(k, m, mean * s, (1 - mean) * s) for k, m in zip(y, n))
    low, high = posterior_interval(
        log_likelihood, lambda u: np.sin(np.pi / 2 * u) ** 2, lambda u: 0 * u, 0, 60)
    return (0 if sum(y) == 0 else low), (1 if sum(y) == sum(n) else high)


def count_interval(y, x, unit):
    x = np.array(x) / unit
    guess = (sum(y) + 0.5) / x.sum()
    def log_likelihood(mean, rho):
        s = 1 / rho - 1
        return sum(stats.nbinom.logpmf(k, mean * s, s / (s + e)) for k, e in zip(y, x))
    low, high = posterior_interval(
        log_likelihood, lambda u: guess * (u / (1 - u)) ** 2, lambda u: -2 * np.log1p(-u), 1, 60)
    return (0 if sum(y) == 0 else low / unit), high / unit


def clustered(y, x):
    """The ratio of sums, its clustered variance, and each cluster's influence."""
    y, x = np.array(y, float), np.array(x, float)
    r = y.sum() / x.sum()
    influence = (y - r * x) / x.sum()
    return r, len(y) / (len(y) - 1) * np.sum(influence**2), influence


def combined(a, b, covariance, cap):
    """Zou and Donner's difference of two estimates with their intervals."""
    rho = min(max(0, cap), covariance / (a["error"] * b["error"]))
    def root(x, y):
        return (x * x + y * y - 2 * rho * x * y) ** 0.5
    d = b["value"] - a["value"]
    return {
        "value": d, "error": (a["error"] ** 2 + b["error"] ** 2 - 2 * covariance) ** 0.5,
        "lower": d - root(b["value"] - b["lower"], a["upper"] - a["value"]),
        "upper": d + root(b["upper"] - b["value"], a["value"] - a["lower"]), "p": 0,
    }


def rates(rng):
    """Beta-binomial intervals, and the combined difference."""
    cases, parts = [], []
    for chance in [0.0, 0.08, 0.5, 1.0]:
        clusters = [list(rng.binomial(1, min(1, chance * rng.gamma(2, 0.5)), 4).astype(float)) for _ in range(12)]
        if chance == 1.0:
            clusters = [[1.0] * 4] * 12
        y, n = [sum(c) for c in clusters], [len(c) for c in clusters]
        value, variance, influence = clustered(y, n)
        lower, upper = share_interval(y, n)
        cases.append({"clusters": clusters, "value": value, "error": variance**0.5, "lower": lower, "upper": upper})
        parts.append(influence)
    a, b = cases[1], cases[2]
    effect = max(max(1, c["error"] ** 2 / (c["value"] * (1 - c["value"]) / 48)) for c in (a, b))
    spread = (a["value"] * (1 - a["value"]) * b["value"] * (1 - b["value"])) ** 0.5
    return {
        "cases": cases,
        "difference": combined(a, b, 12 / 11 * np.dot(parts[1], parts[2]), 1 - effect / (48 * spread)),
    }


def counts(rng):
    """Gamma-Poisson intervals, differences of ratios, and magnitudes."""
    labels = np.repeat(np.arange(10), rng.integers(2, 6, 10))
    arms, cases, parts = [], [], []
    for rate in [0.004, 0.02, 0.0]:
        tokens = rng.integers(20, 200, len(labels)).astype(float)
        hits = rng.poisson(tokens * rate * rng.gamma(1.5, 1 / 1.5, 10)[labels]).astype(float)
        y, x = np.bincount(labels, hits), np.bincount(labels, tokens)
        value, variance, influence = clustered(y, x)
        lower, upper = count_interval(y, x, tokens.mean())
        arms.append((hits, tokens))
        parts.append((influence, max(1, variance / (value / x.sum())) if value > 0 else 1, y.sum()))
        cases.append({
            "hits": groups(hits, labels), "tokens": groups(tokens, labels), "value": value,
            "error": variance**0.5, "lower": lower, "upper": upper,
        })
    # The ratio of each arm is a weighted mean of hits/tokens: regress on the arm, clustered.
    arm = np.repeat([0.0, 1.0], len(labels))
    hits, tokens = (np.concatenate([a[i] for a in arms[:2]]) for i in (0, 1))
    n = len(hits)
    fit = sm.WLS(hits / tokens, np.column_stack([np.ones(n), arm]), weights=tokens).fit(
        cov_type="cluster", cov_kwds={"groups": np.tile(labels, 2), "use_correction": True}, use_t=True)
    # statsmodels also corrects for the two parameters, which the delta method does not.
    error = fit.bse[1] * ((n - 2) / (n - 1)) ** 0.5
    t = stats.t.ppf(0.975, 9)
    delta = {
        "value": fit.params[1], "error": error, "lower": fit.params[1] - t * error,
        "upper": fit.params[1] + t * error, "p": 0,
    }
    cov = 10 / 9 * np.dot(parts[0][0], parts[1][0])
    cap = 1 - max(parts[0][1], parts[1][1]) / (parts[0][2] * parts[1][2]) ** 0.5
    sizes = np.round(np.abs(rng.normal(0, 1, len(labels))) + 0.01, 6)
    gamma = sm.GLM(sizes, np.ones(len(labels)), family=sm.families.Gamma(sm.families.links.Log())).fit(
        cov_type="cluster", cov_kwds={"groups": labels, "use_correction": True}, use_t=True)
    half = stats.t.ppf(0.975, 9) * gamma.bse[0]
    return {
        "cases": cases, "delta": delta, "difference": combined(cases[0], cases[1], cov, cap),
        "sizes": groups(sizes, labels),
        "magnitude": {
            "value": np.exp(gamma.params[0]), "error": gamma.bse[0] * np.exp(gamma.params[0]),
            "lower": np.exp(gamma.params[0] - half), "upper": np.exp(gamma.params[0] + half), "p": 0,
        },
    }


def relabelling(rng):
    """Mid-p-values over all relabellings: enumerated, and as sums of hypergeometric variables."""
    def mid_p(sums, weights, observed, expected):
        distance, others = abs(observed - expected), np.abs(sums - expected)
        return np.sum(weights[others > distance + 1e-9]) + np.sum(weights[np.abs(others - distance) <= 1e-9]) / 2

    cases = []
    for values in (rng.poisson(1.2, (3, 7)), rng.normal(0, 1, (3, 7))):
        # Three of the baseline and four of the candidate.
        values = np.round(values.astype(float), 6)
        totals = np.zeros(1)
        for row in values:
            chosen = np.array([sum(c) for c in itertools.combinations(row, 4)])
            totals = (totals[:, None] + chosen[None, :]).ravel()
        cases.append({
            "before": values[:, :3].tolist(), "after": values[:, 3:].tolist(),
            "p": mid_p(totals, np.full(len(totals), 1 / len(totals)), values[:, 3:].sum(), 4 / 7 * values.sum()),
            "error": totals.std() / (3 * 3 * 4 / 7),
        })
    before, after = rng.binomial(1, 0.2, (12, 5)), rng.binomial(1, 0.45, (12, 5))
    weights = np.ones(1)
    for a, b in zip(before, after):
        weights = np.convolve(weights, stats.hypergeom.pmf(np.arange(6), 10, a.sum() + b.sum(), 5))
    p = mid_p(np.arange(len(weights)), weights, after.sum(), (before.sum() + after.sum()) / 2)
    sums = np.arange(len(weights))
    error = np.sqrt(np.sum(weights * (sums - np.sum(weights * sums)) ** 2)) / (12 * 2.5)
    cases.append({"before": before.tolist(), "after": after.tolist(), "p": p, "error": error})
    return cases


def bootstrap(rng):
    """The BCa interval by scipy's own corrected levels, over resamples that both sides can list."""
    clusters = np.round(rng.gamma(1.5, 1, (9, 3)), 6)
    indices = np.array([[(17 * b + c * (b % 7 + 3) + b * b // 5) % 9 for c in range(9)] for b in range(500)])
    draws = clusters[indices].mean((1, 2))
    # Hesterberg's wider quantiles.
    tail = stats.norm.cdf(-((9 / 8) ** 0.5) * stats.t.ppf(0.975, 8))
    means = clusters.mean(1)
    low, high, _ = _resampling._bca_interval(
        (means,), lambda x, axis: np.mean(x, axis=axis), -1, tail, draws, None, np)
    return {
        "clusters": clusters.tolist(), "value": means.mean(), "error": draws.std(ddof=1),
        "lower": np.quantile(draws, low), "upper": np.quantile(draws, high),
    }


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


def paired_logistic():
    """Choices by differences of features: scipy's optimiser, the clustered sandwich and sign flips in numpy."""
    rng = np.random.default_rng(7)
    n, clusters = 90, 12
    labels = np.concatenate([np.arange(clusters), rng.integers(0, clusters, n - clusters)])
    x = np.round(rng.normal(0, 1, (n, 3)) + rng.normal(0, 0.5, (clusters, 3))[labels], 6)
    x[:, 2] = np.where(rng.random(n) < 0.8, 0, np.round(x[:, 2]))
    x *= np.where(rng.random(n) < 1 / (1 + np.exp(-(x @ [0.9, -0.4, 0.0]))), 1, -1)[:, None]
    p = np.where(rng.random(n) < 0.3, np.round(rng.random(n), 6), 1.0)

    def maximum(columns, p, precision):
        z = x[:, columns]
        def loss(b):
            eta = z @ b
            return np.sum(p * np.logaddexp(0, -eta) + (1 - p) * np.logaddexp(0, eta)) + precision / 2 * b @ b
        def slope(b):
            return -z.T @ (p - special.expit(z @ b)) + precision * b
        return optimize.minimize(loss, np.zeros(len(columns)), jac=slope, method="BFGS", options={"gtol": 1e-12}).x

    def parts(columns, b, p):
        mu = special.expit(x[:, columns] @ b)
        weight = mu * (1 - mu)
        residual = p - mu
        scores = np.array([((residual[:, None] * x)[labels == c]).sum(0) for c in range(clusters)])
        return (x * weight[:, None]).T @ x, scores

    everything = [0, 1, 2]
    beta = maximum(everything, p, 1 / 9)
    h, scores = parts(everything, beta, p)
    inverse = np.linalg.inv(h + np.eye(3) / 9)
    sandwich = inverse @ (scores.T @ scores) @ inverse * clusters / (clusters - 1)
    error = np.sqrt(np.maximum(np.diag(sandwich), np.diag(inverse)))

    pvalues = []
    for j in everything:
        others = [k for k in everything if k != j]
        b = maximum(others, p, 1 / 9)
        h, scores = parts(others, b, p)
        share = h[j, others] @ np.linalg.inv(h[np.ix_(others, others)] + np.eye(2) / 9)
        effective = scores[:, j] - scores[:, others] @ share
        flips = np.array(list(itertools.product([1, -1], repeat=clusters)))
        pvalues.append(np.mean(np.abs(flips @ effective) >= abs(effective.sum()) - 1e-9))

    # Without a prior and with certain choices it is statsmodels' Logit on pairs turned round at random.
    turn = np.where(rng.random(n) < 0.5, 1, -1)
    logit = sm.Logit((turn > 0) * 1.0, x * turn[:, None]).fit(
        disp=0, tol=1e-12, cov_type="cluster", cov_kwds={"groups": labels, "use_correction": False})
    return {
        "differences": x.T.tolist(), "probabilities": p.tolist(), "labels": labels.tolist(),
        "beta": beta.tolist(), "error": error.tolist(), "p": pvalues,
        "logit": logit.params.tolist(), "logitError": (logit.bse * np.sqrt(clusters / (clusters - 1))).tolist(),
        "logitCurvature": np.sqrt(np.diag(np.linalg.inv(-logit.model.hessian(logit.params)))).tolist(),
    }


def separation():
    """The area under the curve by scipy's rank sums, its error by DeLong's formula in numpy."""
    rng = np.random.default_rng(11)
    rows = []
    for shift, decimals in [(1.0, 6), (0.0, 6), (0.6, 0)]:
        one = np.round(rng.normal(shift, 1, 17), decimals)
        other = np.round(rng.normal(0, 1, 23), decimals)
        u = stats.mannwhitneyu(one, other).statistic
        wins = (one[:, None] > other[None, :]) + 0.5 * (one[:, None] == other[None, :])
        area = u / (len(one) * len(other))
        assert abs(area - wins.mean()) < 1e-12
        error = (wins.mean(1).var(ddof=1) / len(one) + wins.mean(0).var(ddof=1) / len(other)) ** 0.5
        low, high = special.expit(special.logit(area) + stats.norm.ppf([0.025, 0.975]) * error / (area * (1 - area)))
        rows.append({"one": one.tolist(), "other": other.tolist(), "value": area, "error": error, "lower": low, "upper": high})
    return rows


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
        # The newest last, so that the draws of those before stay as they were.
        "counts": counts(rng), "relabelling": relabelling(rng), "bootstrap": bootstrap(rng),
        "pairedLogistic": paired_logistic(), "separation": separation(),
    }
    plain = json.loads(json.dumps(goldens, default=float))
    root = pathlib.Path(__file__).resolve().parents[2]
    (root / TARGET).write_text(json.dumps(plain) + "\n")


if __name__ == "__main__":
    main()
