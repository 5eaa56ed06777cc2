"""The same fit in hmmlearn; prints the seconds that it took and its EM iterations. Arguments as bench/hmm.ts gives them."""
import sys
import time
import warnings

import numpy as np
from hmmlearn.hmm import GaussianHMM

warnings.filterwarnings("ignore")
path, covariance = sys.argv[1:3]
runs, points, features, states, iterations = map(int, sys.argv[3:])
data = np.fromfile(path, dtype="<f8").reshape(runs * points, features)

model = GaussianHMM(
    states, covariance_type=covariance, n_iter=iterations, tol=-np.inf, init_params="", params="stmc"
)
model.startprob_ = np.full(states, 1 / states)
model.transmat_ = np.full((states, states), 0.1 / (states - 1)) + np.eye(states) * (0.9 - 0.1 / (states - 1))
model.means_ = data[[int((k + 0.5) * len(data) / states) for k in range(states)]].copy()
if covariance == "full":
    model.covars_ = np.tile(np.eye(features), (states, 1, 1))
else:
    model.covars_ = np.ones((states, features))

start = time.perf_counter()
model.fit(data, [points] * runs)
print(time.perf_counter() - start, model.monitor_.iter)
