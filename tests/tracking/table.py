# SPDX-License-Identifier: MPL-2.0
"""Our figures among the recorded ones, and the bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tracking.work import Figures

NAMES = {
    "rf-sort": "SORT, trackers 2.1.0",
    "rf-bytetrack": "ByteTrack, trackers 2.1.0",
    "norfair": "norfair 2.1.1",
    "motpy": "motpy 0.0.10",
    "box-bytetrack": "ByteTrack, boxmot 25.0.0",
    "box-ocsort": "OC-SORT, boxmot 25.0.0",
    "box-boosttrack": "BoostTrack, boxmot 25.0.0",
    "box-sfsort": "SFSORT, boxmot 25.0.0",
    "similari-1": "SORT (IoU), similari 0.26.2",
    "similari-1m": "SORT (Mahalanobis), similari 0.26.2",
}
OURS = "**Footfall**"
#: Least HOTA.
BARS = {
    "mot17-val-base": 68.7,
    "mot17-val-fps15": 67.2,
    "mot17-val-fps10": 65.5,
    "mot17-val-fps5": 63.2,
    "mot17-val-base-miss20": 60.7,
    "mot17-val-fps10-miss20": 56.0,
}
#: Ours may be this much below the best recorded figure there.
BELOW_BEST = {"tud-base": 0.5}
#: Missing boxes may cost this much HOTA.
MISSES_COST = 8.0


def hota(recorded: Mapping[str, Mapping], figures: Figures, suites: Sequence[str]) -> str:
    """HOTA by tracker and suite."""
    lines = [row(["HOTA", *suites, "mean"]), "|---" * (len(suites) + 2) + "|"]
    for key, name in NAMES.items():
        if key in recorded:
            lines.append(row([name, *_cells([_recorded(recorded, key, s) for s in suites])]))
    lines.append(row([OURS, *_cells([figures[s]["HOTA"] for s in suites])]))
    return "\n".join(lines)


def details(figures: Figures) -> str:
    """All of ours."""
    kinds = ("HOTA", "DetA", "AssA", "IDF1", "MOTA", "IDSW", "Frag")
    lines = [row(["suite", *kinds]), "|---" * (len(kinds) + 1) + "|"]
    lines += [row([suite, *(f"{score[kind]:g}" for kind in kinds)]) for suite, score in figures.items()]
    return "\n".join(lines)


def missed_bars(recorded: Mapping[str, Mapping], figures: Figures) -> list[str]:
    """A sentence for each bar that is missed."""
    bars = dict(BARS)
    for suite, below in BELOW_BEST.items():
        bars[suite] = max(_recorded(recorded, key, suite) or 0.0 for key in recorded) - below
    misses = [
        f"{suite}: {figures[suite]['HOTA']:.2f}, at least {bar:.2f}"
        for suite, bar in bars.items()
        if suite in figures and figures[suite]["HOTA"] < bar
    ]
    for suite, score in figures.items():
        whole = suite.removesuffix("-miss20")
        if suite != whole and whole in figures and figures[whole]["HOTA"] - score["HOTA"] > MISSES_COST:
            misses.append(f"{suite}: more than {MISSES_COST:g} below {whole}")
    return misses + _missed_mean(recorded, figures, list(bars))


def _missed_mean(recorded: Mapping[str, Mapping], figures: Figures, suites: list[str]) -> list[str]:
    """Our mean must be above every other tracker's, over the suites that it has figures for."""
    misses = []
    for key, name in NAMES.items():
        both = [s for s in suites if s in figures and key in recorded and _recorded(recorded, key, s) is not None]
        if len(both) < 2:
            continue
        theirs = sum(_recorded(recorded, key, s) or 0.0 for s in both) / len(both)
        ours = sum(figures[s]["HOTA"] for s in both) / len(both)
        if ours <= theirs:
            misses.append(f"mean of {len(both)} suites: {ours:.2f}, {name} has {theirs:.2f}")
    return misses


def _recorded(recorded: Mapping[str, Mapping], key: str, suite: str) -> float | None:
    score = recorded[key]["mot"].get(suite)
    return None if score is None else float(score["HOTA"])


def _cells(values: Sequence[float | None]) -> list[str]:
    mean = None if None in values or not values else sum(v for v in values if v is not None) / len(values)
    return [_cell(v) for v in [*values, mean]]


def _cell(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"


def row(cells: Sequence[str]) -> str:
    """A row of a Markdown table."""
    return f"| {' | '.join(cells)} |"
