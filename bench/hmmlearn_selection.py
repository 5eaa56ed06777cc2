"""A model selection in hmmlearn; prints its seconds and EM iterations. Arguments as bench/selection.ts gives them."""
import logging
import sys
import time
import warnings

import numpy as np
from hmmlearn.hmm import GaussianHMM

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)
path = sys.argv[1]
runs, points, features, most, restarts, limit = map(int, sys.argv[2:8])
tolerance = -np.inf if sys.argv[8] == "-Infinity" else float(sys.argv[8])
data = np.fromfile(path, dtype="<f8").reshape(runs * points, features)
lengths = [points] * runs

iterations = 0
start = time.perf_counter()
for states in range(1, most + 1):
    for restart in range(restarts):
        model = GaussianHMM(states, covariance_type="diag", n_iter=limit, tol=tolerance, random_state=restart)
        model.fit(data, lengths)
        model.score(data, lengths)
        iterations += model.monitor_.iter
print(time.perf_counter() - start, iterations)
