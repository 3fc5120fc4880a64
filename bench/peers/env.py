"""Steps per second of Gymnasium's environments, for bench/env.ts: env.py COUNT ID...

A line of JSON for each id that Gymnasium has and each mode: one environment stepped by hand, and COUNT of them in the
vector form that Gymnasium makes fastest (its own vectorised class where it has one, else one by one). The actions are
drawn beforehand; the best of several rounds counts.
"""

import json
import sys
import time

import gymnasium

BATCHES = 64
ROUNDS = 4
ROUND_SECONDS = 0.3


def best(steps):
    """The fastest round's steps per second."""
    fastest = 0.0
    for _ in range(ROUNDS):
        started = time.perf_counter()
        taken = 0
        elapsed = 0.0
        while elapsed < ROUND_SECONDS:
            taken += steps()
            elapsed = time.perf_counter() - started
        fastest = max(fastest, taken / elapsed)
    return fastest


def single(name):
    env = gymnasium.make(name)
    env.action_space.seed(0)
    actions = [env.action_space.sample() for _ in range(64 * BATCHES)]
    env.reset(seed=0)

    def steps():
        for action in actions:
            _, _, terminated, truncated, _ = env.step(action)
            if terminated or truncated:
                env.reset()
        return len(actions)

    return best(steps)


def vectorised(name, count):
    spec = gymnasium.spec(name)
    mode = "vector_entry_point" if spec.vector_entry_point else "sync"
    envs = gymnasium.make_vec(name, num_envs=count, vectorization_mode=mode)
    envs.action_space.seed(0)
    batches = [envs.action_space.sample() for _ in range(BATCHES)]
    envs.reset(seed=0)

    def steps():
        for actions in batches:
            envs.step(actions)
        return count * BATCHES

    return best(steps)


count = int(sys.argv[1])
for name in sys.argv[2:]:
    if name not in gymnasium.registry:
        continue
    for mode, figure in (("single", single(name)), ("vectorised", vectorised(name, count))):
        print(json.dumps({"case": name, "mode": mode, "stepsPerSecond": figure}), flush=True)
