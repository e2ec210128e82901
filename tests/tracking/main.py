# SPDX-License-Identifier: MPL-2.0
"""From the command line to the table."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tracking import counts, places, table, work

DESCRIPTION = """\
Makes suites of detections with truth (MOT17, TUD, MOT20, DanceTrack, a simulated shop; frame rates from 5 to 30 a second,
missing boxes, shaking boxes, irregular times) from the packed data of the assets, runs the tracker on each sequence, scores
it with trackeval, and prints its HOTA among the recorded figures of other trackers on the same detections, as Markdown.
Our tracker takes one set of parameters for all. With --counts it runs the counting rules on the scenes of the assets instead,
and prints crossings and visits against the truth, among the recorded figures of others. trackeval comes from PyPI into a folder of the user's cache.
"""
ENDING = """\
Needs FOOTFALL_ASSETS (tracking/base.tar.xz, tracking/anchor.json, tools/) and cargo. Exit status: 0 every bar is held,
1 a bar is missed, 2 wrong usage, 3 something is missing or broke.
"""

#: The suites of the bars, in the order of the table.
BARRED = (
    "mot17-val-base",
    "mot17-val-fps15",
    "mot17-val-fps10",
    "mot17-val-fps5",
    "mot17-val-base-miss20",
    "mot17-val-fps10-miss20",
    "tud-base",
)
#: Suites without a bar, on which other kinds of people, cameras and times are looked after.
ASIDE = (
    "mot17-val-irreg",
    "mot17-val-base-jitter",
    "mot20-base",
    "mot20-fps10",
    "mot20-fps10-miss20",
    "dance-base",
    "dance-fps10",
    "sim-fps10",
    "sim-fps10-miss20",
)


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The command line; leaves the program with status 2 when it is wrong."""
    parser = argparse.ArgumentParser(
        prog="bench-tracking",
        description=DESCRIPTION,
        epilog=ENDING,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("suites", nargs="*", metavar="SUITE", help="only these, as mot17-val-fps10 (default: those with a bar)")
    parser.add_argument("--all", action="store_true", help="also the suites without a bar")
    parser.add_argument("--counts", action="store_true", help="crossings and visits instead of HOTA, on the suites of the counting scenes")
    parser.add_argument("--details", action="store_true", help="also DetA, AssA, IDF1, MOTA and switches of ours, by suite")
    parser.add_argument("--threshold", type=float, default=0.6, metavar="SCORE", help="least score of a confident detection (default 0.6)")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="keep suites and tracks there, and use the suites that lie there")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write our figures there, too")
    options = parser.parse_args(arguments)
    if not 0.0 <= options.threshold <= 1.0:
        parser.error("--threshold: a score lies between 0 and 1")
    if options.counts and (options.suites or options.all or options.details or options.json):
        parser.error("--counts: takes neither suites nor --all, --details or --json")
    if wrong := [s for s in options.suites if not places.is_suite(s)]:
        parser.error(f"{wrong[0]}: no such suite; they are called FAMILY-VARIANT, as mot17-val-fps10-miss20")
    return options


def main(arguments: Sequence[str]) -> int:
    """Runs it; the exit status."""
    options = parse(arguments)
    suites = list(options.suites or BARRED) + [s for s in ASIDE if options.all and s not in options.suites]
    if options.counts:
        suites = [*counts.SUITES.values(), *counts.TRUTHS]
    began = time.monotonic()

    def note(sentence: str) -> None:
        print(f"[{time.monotonic() - began:4.0f} s] {sentence}", file=sys.stderr, flush=True)

    try:
        assets = places.assets()
        python = places.scorer(note)
        with tempfile.TemporaryDirectory(prefix="bench-tracking-") as scratch:
            folder = options.out or Path(scratch)
            work.make_suites(assets, python, folder, suites, note)
            example = work.build(note)
            if options.counts:
                return print_counts(assets, counts.measure(assets, python, example, folder, options.threshold, note))
            figures = work.measure(assets, python, example, folder, suites, options.threshold, note)
    except work.Broken as broken:
        print(f"bench-tracking: {broken}", file=sys.stderr)
        return 3
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n")
    recorded = json.loads((assets / "tracking" / "anchor.json").read_text())
    print(table.hota(recorded, figures, suites))
    if options.details:
        print()
        print(table.details(figures))
    return print_misses(table.missed_bars(recorded, figures))


def print_counts(assets: Path, figures: dict[str, counts.Figures]) -> int:
    """Prints crossings and visits; the exit status."""
    recorded = json.loads((assets / "tracking" / "anchor.json").read_text())
    print(counts.lines_table(recorded, figures))
    print()
    print(counts.zones_table(figures))
    return print_misses(counts.missed_bars(recorded, figures))


def print_misses(misses: Sequence[str]) -> int:
    """Prints the bars that are missed; the exit status."""
    print()
    print("\n".join(f"- missed: {miss}" for miss in misses) or "Every bar is held.")
    return 1 if misses else 0
