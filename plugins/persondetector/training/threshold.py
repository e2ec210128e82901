#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""Prints recall, precision and F1 on the dev pictures at a row of scores, to choose the suggested threshold.

    threshold.py --store STORE --weights RUN-final/ema.safetensors
"""
import argparse
import sys

import numpy as np

from footfall_training import state
from footfall_training.dev import GROUPS, Dev


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--store", required=True)
    p.add_argument("--weights", required=True)
    p.add_argument("--levels", type=float, nargs="+", default=[round(float(v), 2) for v in np.arange(0.2, 0.61, 0.05)])
    a = p.parse_args()
    net, _ = state.load_weights(a.weights)
    dev = Dev(a.store)
    for group in GROUPS:
        print(group)
        for level, recall, precision, f1 in dev.points(net, group, a.levels):
            print(f"  {level:.2f}: recall {recall:.3f}  precision {precision:.3f}  F1 {f1:.3f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
