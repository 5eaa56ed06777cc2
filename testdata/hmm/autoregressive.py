"""Numbers of autoregressive hidden Markov models by dynamax, for src/hmm/autoregression.test.ts.

    pip install dynamax==1.0.3 "jax[cpu]==0.5.3"
    python testdata/hmm/autoregressive.py | gzip -9n > testdata/hmm/autoregressive.json.gz

A linear autoregression is dynamax's linear regression model with the row before as input: the first row of a sequence is given.
Priors are taken away (concentrations 1), and the first row of each sequence is only an input.
"""
import json
import sys

import jax

jax.config.update("jax_enable_x64", True)
import dynamax
import jax.numpy as jnp
import numpy as np
from dynamax.hidden_markov_model import LinearRegressionHMM


def made(rng, states, features, lengths):
    rules = np.stack([0.8 * np.eye(features) + 0.1 * rng.normal(size=(features, features)) for _ in range(states)])
    offsets = 0.5 * rng.normal(size=(states, features))
    out = []
    for rows in lengths:
        x = [rng.normal(size=features)]
        k = rng.integers(states)
        for _ in range(rows - 1):
            if rng.uniform() < 0.15:
                k = rng.integers(states)
            x.append(rules[k] @ x[-1] + offsets[k] + 0.2 * rng.normal(size=features))
        out.append(np.array(x))
    return out


def start(rng, states, features):
    transitions = rng.uniform(0.2, 1, size=(states, states)) + 4 * np.eye(states)
    covars = []
    for _ in range(states):
        a = rng.normal(size=(features, features))
        covars.append(0.3 * np.eye(features) + 0.05 * a @ a.T)
    return dict(
        initial_probs=np.full(states, 1 / states) + 0.1 * np.eye(states)[0] - 0.1 / states,
        transition_matrix=transitions / transitions.sum(1, keepdims=True),
        weights=np.stack([0.5 * np.eye(features) + 0.2 * rng.normal(size=(features, features)) for _ in range(states)]),
        biases=0.3 * rng.normal(size=(states, features)),
        covs=np.array(covars),
    )


def recorded(params):
    return dict(
        startProb=np.asarray(params.initial.probs).tolist(),
        transMat=np.asarray(params.transitions.transition_matrix).tolist(),
        means=np.asarray(params.emissions.biases).tolist(),
        covars=np.asarray(params.emissions.covs).tolist(),
        autoregression=np.asarray(params.emissions.weights).tolist(),
    )


cases = []
for seed, states, features in [(1, 2, 2), (12, 3, 3), (5, 3, 2)]:
    rng = np.random.default_rng(seed)
    rows = 120
    # dynamax fits batches of equally long sequences.
    sequences = made(rng, states, features, [rows] * 4)
    init = start(rng, states, features)
    hmm = LinearRegressionHMM(states, features, features, initial_probs_concentration=1.0, transition_matrix_concentration=1.0)
    params, props = hmm.initialize(
        initial_probs=jnp.array(init["initial_probs"]),
        transition_matrix=jnp.array(init["transition_matrix"]),
        emission_weights=jnp.array(init["weights"]),
        emission_biases=jnp.array(init["biases"]),
        emission_covariances=jnp.array(init["covs"]),
    )
    emissions = jnp.array([x[1:] for x in sequences])
    inputs = jnp.array([x[:-1] for x in sequences])
    smoothed = [hmm.smoother(params, e, i) for e, i in zip(emissions, inputs)]
    first = recorded(params)
    fitted, history = hmm.fit_em(params, props, emissions, inputs=inputs, num_iters=20, verbose=False)
    cases.append(
        dict(
            states=states,
            features=features,
            sequences=[x.tolist() for x in sequences],
            init=first,
            logLikelihood=[float(s.marginal_loglik) for s in smoothed],
            posteriors=[np.asarray(s.smoothed_probs).tolist() for s in smoothed],
            history=[float(v) for v in history],
            after20=recorded(fitted),
        )
    )

versions = dict(python=sys.version.split()[0], dynamax=dynamax.__version__, jax=jax.__version__, numpy=np.__version__)
# A state that loses its rows turns everything into NaN there: such a case says nothing.
print(json.dumps(dict(versions=versions, cases=cases), allow_nan=False))
