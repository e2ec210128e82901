#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""Makes a pool of training views from the stores: warped, mosaicked, and looked at by the teachers.

    views.py --store STORE --pool POOL --kind photographs --count 6000 --teacher picodet_s_416.onnx yolox_nano_416.onnx
    views.py --store STORE --pool POOL --kind rendered --count 4000

Views are made once and serve many epochs, because two teachers cost as much as a training step does. It goes on from
the shards that are there (same --seed), so it may be stopped at any time; another --seed adds fresh views, --keep
removes the oldest shards. --duty below 1 leaves the processor to the training that runs beside it.
"""
import argparse
import multiprocessing
import os
import sys
import time

import cv2
import numpy as np

from footfall_training import sources
from footfall_training.compose import compose
from footfall_training.pool import remove_oldest, write_shard
from footfall_training.store import rows_of

SHARD = 500


def drawing_order(rows, seed):
    """An endless order of rows: every one once (rare kinds more often), then again."""
    weighted = [r for r in rows for _ in range(sources.REPEAT.get(r["source"], 1))]
    round_number = 0
    while True:
        for k in np.random.default_rng([seed, round_number]).permutation(len(weighted)):
            yield weighted[k]
        round_number += 1


def chosen_rows(rows, seed, first, count):
    """Rows number first to first + count of the order."""
    order = drawing_order(rows, seed)
    for _ in range(first):
        next(order)
    return [next(order) for _ in range(count)]


def make_shard(number, rows, cutouts, teachers, a):
    """Makes and writes one shard."""
    rng = np.random.default_rng([a.seed, number, 7])
    views, maps = [], []
    for row in chosen_rows(rows, a.seed, number * SHARD, SHARD):
        start = time.process_time()
        view = compose(rows, row, rng, cutouts)
        views.append(view)
        if teachers:
            maps.append(teachers(view.image))
        if a.duty < 1:
            time.sleep((time.process_time() - start) * (1 / a.duty - 1))
    write_shard(a.pool, f"{a.kind}-{a.seed}-{number:04d}", views, maps if teachers else None)


def work(part, a):
    """Makes every a.procs-th shard."""
    cv2.setNumThreads(1)
    rows = rows_of(a.store, "train", {a.kind})
    if not rows:
        raise SystemExit(f"no pictures of kind {a.kind} in {a.store}")
    cutouts = rows_of(a.store, "train", {"cutouts"})
    teachers = None
    if a.teacher:
        from footfall_training.teachers import Teachers
        teachers = Teachers(a.teacher)
    begin = time.time()
    for number in range(part, -(-a.count // SHARD), a.procs):
        if not os.path.exists(os.path.join(a.pool, f"{a.kind}-{a.seed}-{number:04d}")):
            make_shard(number, rows, cutouts, teachers, a)
            if a.keep:
                remove_oldest(a.pool, a.kind, a.keep)
        print(f"{a.kind} shard {number} done, {time.time() - begin:.0f} s", flush=True)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--store", required=True, help="folder that prepare.py wrote")
    p.add_argument("--pool", required=True, help="folder of views")
    p.add_argument("--kind", choices=["photographs", "rendered"], default="photographs")
    p.add_argument("--count", type=int, default=6000, help="views of this seed")
    p.add_argument("--seed", type=int, default=0)
    p.add_argument("--teacher", nargs="*", default=[], help="ONNX files: PicoDet-S, YOLOX-Nano")
    p.add_argument("--procs", type=int, default=2)
    p.add_argument("--duty", type=float, default=1.0, help="share of the time that each process works")
    p.add_argument("--keep", type=int, default=0, help="at most so many shards of this kind in the pool; 0: all")
    a = p.parse_args()
    os.makedirs(a.pool, exist_ok=True)
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=work, args=(k, a)) for k in range(a.procs)]
    for w in workers:
        w.start()
    for w in workers:
        w.join()
    return 0 if all(w.exitcode == 0 for w in workers) else 1


if __name__ == "__main__":
    sys.exit(main())
