#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""Writes the mean of several smoothed weights of one network.

    average.py --weights A.safetensors B.safetensors C.safetensors --out MEAN.safetensors

Weights that came from each other by short, gentle runs lie in one valley; their mean forgets less than the last of them,
and finds as much (Wortsman et al., Model soups, ICML 2022). After long runs it does not: the mean is then worse than either.
"""
import argparse
import sys

from footfall_training import state


def mean(nets):
    """The mean network; what is no number with a point comes from the last."""
    tables = [net.state_dict() for net in nets]
    last = tables[-1]
    nets[-1].load_state_dict({k: sum(t[k] for t in tables) / len(tables) if last[k].is_floating_point() else last[k] for k in last})
    return nets[-1]


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--weights", required=True, nargs="+", help="smoothed weights, the newest last")
    p.add_argument("--out", required=True)
    a = p.parse_args()
    loaded = [state.load_weights(path) for path in a.weights]
    if len({str(net.config.as_dict()) for net, _ in loaded}) > 1:
        raise SystemExit("the weights are of different networks: give weights of one network")
    state.save_weights(a.out, mean([net for net, _ in loaded]), dict(seen=loaded[-1][1].get("seen", 0)))
    print(f"{a.out}: mean of {len(loaded)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
