"""What scipy and numpy say about statistics of numbers at scales from 1e-12 to 1e12; writes statistics.json.gz beside it.

python testdata/statistics/make.py, with scipy 1.17 and numpy 2; the versions that were used are in the file.
"""

import gzip
import itertools
import json
import math
import pathlib
import sys

import numpy as np
import scipy
from scipy import optimize, special, stats

SCALES = [10.0**k for k in range(-12, 13, 4)]
rng = np.random.default_rng(20261126)


def plain(value):
    """Strict JSON: numbers that are not finite are strings."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(one) for one in value]
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        value = float(value)
        if math.isnan(value):
            return "NaN"
        if math.isinf(value):
            return "Infinity" if value > 0 else "-Infinity"
        return value
    return value


def correlation(y, visits):
    """Presence against a value: Pearson, its t and p, all relabelings, Welch's interval."""
    found = stats.pearsonr(visits.astype(float), y)
    runs, visiting = len(y), int(visits.sum())
    t = found.statistic * math.sqrt((runs - 2) / (1 - found.statistic**2))
    statistics = np.array(
        [abs(y[list(chosen)].mean() - y.mean()) for chosen in itertools.combinations(range(runs), visiting)]
    )
    observed = abs(y[visits].mean() - y.mean())
    hits = int((statistics >= observed * (1 - 1e-12)).sum())
    welch = stats.ttest_ind(y[visits], y[~visits], equal_var=False)
    interval = welch.confidence_interval(0.95)
    return {
        "y": y,
        "visits": visits,
        "r": found.statistic,
        "t": t,
        "p": found.pvalue,
        "permutationP": hits / len(statistics),
        "permutations": len(statistics),
        "difference": y[visits].mean() - y[~visits].mean(),
        "interval": [interval.low, interval.high],
    }


def correlations():
    for scale in SCALES:
        for runs, visiting in [(5, 2), (9, 4), (12, 6)]:
            visits = np.zeros(runs, dtype=bool)
            visits[rng.permutation(runs)[:visiting]] = True
            yield correlation((rng.normal(size=runs) + 0.7 * visits) * scale, visits)
            yield correlation((rng.normal(size=runs) + 100) * scale, visits)


def lines():
    """Regressions on one column: scipy's linregress."""
    for scale_x in SCALES:
        for scale_y in SCALES:
            x = rng.normal(size=12) * scale_x
            y = (x / scale_x * 0.5 + rng.normal(size=12) + 3) * scale_y
            fit = stats.linregress(x, y)
            yield {
                "x": x,
                "y": y,
                "coefficients": [fit.intercept, fit.slope],
                "standardErrors": [fit.intercept_stderr, fit.stderr],
                "p": fit.pvalue,
                "r2": fit.rvalue**2,
            }


def planes():
    """Regressions on columns of different scales: the normal equations of the unscaled columns, which are well conditioned."""
    for scales in [(1, 1, 1), (1e-12, 1, 1e12), (1e12, 1e12, 1e-12), (1e-8, 1e-4, 1e4)]:
        for scale_y in [1e-12, 1.0, 1e12]:
            base = rng.normal(size=(20, 3))
            target = base @ [1.0, -2.0, 0.2] + rng.normal(size=20) + 1
            design = np.column_stack([np.ones(20), base])
            coefficients, residual, _, _ = np.linalg.lstsq(design, target, rcond=None)
            errors = np.sqrt(residual[0] / 16 * np.diag(np.linalg.inv(design.T @ design)))
            by = scale_y / np.array([1.0, *scales])
            yield {
                "x": base * np.array(scales),
                "y": target * scale_y,
                "coefficients": coefficients * by,
                "standardErrors": errors * by,
                "p": 2 * stats.t.sf(np.abs(coefficients / errors), 16),
                "r2": 1 - residual[0] / ((target - target.mean()) ** 2).sum(),
            }


def summaries():
    for scale in SCALES:
        for count in [1, 2, 3, 10, 101]:
            values = rng.normal(size=count) * scale + scale
            shares = [0, 0.001, 0.05, 0.25, 0.5, 0.75, 0.95, 0.999, 1]
            row = {
                "values": values,
                "mean": values.mean(),
                "std": values.std(),
                "median": np.median(values),
                "shares": shares,
                "quantiles": np.quantile(values, shares),
                "smallest": values.min(),
                "largest": values.max(),
            }
            if count > 1:
                row["sampleStd"] = values.std(ddof=1)
                row["sem"] = stats.sem(values)
                row["ci95"] = list(stats.t.interval(0.95, count - 1, values.mean(), stats.sem(values)))
            yield row


def students():
    for df in [1, 2, 2.5, 3, 7, 10, 30, 100.5, 1e3, 1e4, 1e6]:
        for t in [*SCALES, 0.1, 0.5, 2, 3, 5, 10, 30]:
            # Of small t, stats.t.sf has half of the digits only; the exact answer for one degree of freedom says so.
            p = 2 * stats.t.sf(t, df) if t >= 1 else 1 - special.betainc(0.5, df / 2, t * t / (df + t * t))
            if df == 1 and t < 1:
                assert abs(p - (1 - 2 / math.pi * math.atan(t))) < 1e-15
            yield {"df": df, "t": t, "p": p}


def quantiles_of_student():
    for df in [1, 2, 2.5, 3, 7, 10, 30, 100.5, 1e3, 1e4]:
        for share in [0.1, 0.5, 0.9, 0.95, 0.99, 0.999]:
            yield {"df": df, "share": share, "t": stats.t.ppf(0.5 + share / 2, df)}


def betas():
    for a in [0.5, 1, 3, 50, 1e3]:
        for b in [0.5, 1, 3, 50, 1e3]:
            for x in [1e-12, 1e-8, 1e-4, 0.01, 0.3, 0.5, 0.9, 0.9999]:
                yield {"x": x, "a": a, "b": b, "value": special.betainc(a, b, x)}


def gammas():
    for x in [*SCALES, 0.1, 0.4999, 0.5, 1, 1.5, 2, 2.5, 10, 171, 1000.5]:
        yield {"x": x, "value": special.gammaln(x)}


def discoveries():
    for count in [1, 3, 8]:
        for scale in [1e-12, 1e-6, 1]:
            p = rng.uniform(size=count) * scale
            yield {"p": p, "adjusted": stats.false_discovery_control(p)}


def transports():
    for scale in SCALES:
        for states in [2, 4, 7]:
            places = rng.normal(size=states) * scale
            a, b = rng.dirichlet(np.ones(states), size=2)
            yield {
                "cost": np.abs(places[:, None] - places[None, :]),
                "a": a,
                "b": b,
                "distance": stats.wasserstein_distance(places, places, a, b),
            }
            means = rng.normal(size=(states, 3))
            cost = np.linalg.norm(means[:, None] - means[None, :], axis=2)
            rows = np.kron(np.eye(states), np.ones(states))
            columns = np.kron(np.ones(states), np.eye(states))
            solved = optimize.linprog(cost.ravel(), A_eq=np.vstack([rows, columns]), b_eq=np.concatenate([a, b]))
            assert solved.success
            yield {"cost": cost * scale, "a": a, "b": b, "distance": solved.fun * scale}


def exponentials():
    for scale in [*SCALES[:4], 10, 700, 1e4, 1e8, 1e12]:
        values = rng.normal(size=6) * scale
        yield {"values": values, "value": special.logsumexp(values)}
    yield {"values": [-np.inf, 1.5, -1e300], "value": 1.5}


answers = {
    "versions": {"python": sys.version.split()[0], "numpy": np.__version__, "scipy": scipy.__version__},
    "correlations": list(correlations()),
    "regressions": [*lines(), *planes()],
    "summaries": list(summaries()),
    "students": list(students()),
    "studentQuantiles": list(quantiles_of_student()),
    "betas": list(betas()),
    "gammas": list(gammas()),
    "discoveries": list(discoveries()),
    "transports": list(transports()),
    "exponentials": list(exponentials()),
}
place = pathlib.Path(__file__).with_name("statistics.json.gz")
text = json.dumps(plain(answers), allow_nan=False, separators=(",", ":"))
place.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
print(place.name, {key: len(value) for key, value in answers.items()})
