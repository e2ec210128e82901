# SPDX-License-Identifier: MPL-2.0
"""Crossings and visits on the counting scenes: our figures among the recorded ones, and the bars."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tracking import work
from tracking.table import NAMES, OURS, row

#: Families as they are told, and their conditions.
FAMILIES = {"street": "mot17-static", "crowd": "mot20", "shop": "sim"}
CONDITIONS = {"10": "fps10", "5": "fps5", "10 miss": "fps10-miss20"}
SUITES = {f"{family} {condition}": f"{FAMILIES[family]}-{CONDITIONS[condition]}" for family in FAMILIES for condition in CONDITIONS}
#: What must lie beside them: the truth is always that of the full frame rate.
TRUTHS = tuple(f"{family}-base" for family in FAMILIES.values())
#: Rules by which the tracks of others were counted: the scorer's own, and supervision.LineZone on the bottom centre.
RULES = {"common": "", "svbc": " with LineZone"}

#: Our pooled count error may be this share of the best recorded row's.
SHARE_OF_BEST = 0.6
#: On no scene may ours be worse than the best recorded row by more events.
WORSE_BY = 1
#: Person-seconds and visits may be wrong by these shares.
PERSON_SECONDS_OFF, VISITS_OFF = 0.03, 0.10


@dataclass(frozen=True)
class Figures:
    """Of one suite, summed over its scenes, lines and directions."""

    true: int
    told: int
    matched: int
    #: Absolute error of the counts, by scene.
    errors: Mapping[str, int]
    #: True and told visits and person-seconds.
    visits: tuple[int, int] = (0, 0)
    person_seconds: tuple[float, float] = (0.0, 0.0)

    @property
    def error(self) -> int:
        """Absolute error of the counts."""
        return sum(self.errors.values())

    @property
    def f1(self) -> float:
        """Of the events, within a second."""
        return 2 * self.matched / (self.true + self.told) if self.true + self.told else 1.0


def measure(assets: Path, python: Path, example: Path, folder: Path, threshold: float, note: work.Note) -> dict[str, Figures]:
    """Runs tracker and rules on every scene and scores them."""
    figures = {}
    for suite in SUITES.values():
        scores = {}
        for sequence in sorted(p for p in (folder / suite).iterdir() if (p / "det.txt").is_file()):
            scene = assets / "tracking" / "counting" / f"{sequence.name}.json"
            out = folder / "counts" / suite
            out.mkdir(parents=True, exist_ok=True)
            events, scored = out / f"{sequence.name}.jsonl", out / f"{sequence.name}.json"
            work.run([example, sequence, "--threshold", str(threshold), "--scene", scene, "--events", events])
            truth = folder / f"{suite.split('-fps')[0]}-base" / sequence.name
            scorer = assets / "tools" / "score_counts.py"
            work.run([python, scorer, "--scene", scene, "--gt", truth, "--events", events, "--json", scored])
            scores[sequence.name] = json.loads(scored.read_text())
        figures[suite] = _ours(scores)
        note(f"{suite}: {figures[suite].error} of {figures[suite].true} crossings wrong, F1 {figures[suite].f1:.3f}")
    return figures


def _ours(scores: Mapping[str, Mapping]) -> Figures:
    ways = [way for score in scores.values() for line in score["lines"].values() for way in (line["in"], line["out"])]
    zones = [zone for score in scores.values() for zone in score["zones"].values()]
    return Figures(
        true=sum(way["true"] for way in ways),
        told=sum(way["pred"] for way in ways),
        matched=sum(way["matched"] for way in ways),
        errors={name: score["abs_count_error"] for name, score in scores.items()},
        visits=(sum(z["true_visits"] for z in zones), sum(z.get("pred_visits", 0) for z in zones)),
        person_seconds=(sum(z["true_person_seconds"] for z in zones), sum(z.get("pred_person_seconds", 0.0) for z in zones)),
    )


def recorded(anchor: Mapping[str, Mapping], suite: str) -> dict[tuple[str, str], Figures]:
    """The figures of the others on a suite, by tracker and rule."""
    found = {}
    for key in NAMES:
        for rule in RULES:
            if scenes := anchor.get(key, {}).get("count", {}).get(suite, {}).get(rule):
                found[key, rule] = Figures(
                    true=sum(s["events_true"] for s in scenes.values()),
                    told=sum(s["events_pred"] for s in scenes.values()),
                    matched=sum(s["matched"] for s in scenes.values()),
                    errors={name: s["abs_count_error"] for name, s in scenes.items()},
                )
    return found


def lines_table(anchor: Mapping[str, Mapping], ours: Mapping[str, Figures]) -> str:
    """Absolute error of the counts in per cent of the true events, and F1."""
    others = {suite: recorded(anchor, suite) for suite in SUITES.values()}
    heads = [f"{name} ({ours[suite].true})" for name, suite in SUITES.items()]
    lines = [row(["count error %, F1", *heads]), "|---" * (len(SUITES) + 1) + "|"]
    for rule, ending in RULES.items():
        for key, name in NAMES.items():
            cells = [others[suite].get((key, rule)) for suite in SUITES.values()]
            if any(cells):
                lines.append(row([name + ending, *(_cell(figures) for figures in cells)]))
    lines.append(row([OURS, *(_cell(ours[suite]) for suite in SUITES.values())]))
    least = [_best(others[suite].values()) for suite in SUITES.values()]
    lines.append(row(["errors: best of the others", *(str(n) for n in least)]))
    lines.append(row(["errors: bar", *(f"{SHARE_OF_BEST * n:.1f}" for n in least)]))
    lines.append(row([f"errors: {OURS}", *(str(ours[suite].error) for suite in SUITES.values())]))
    return "\n".join(lines)


def zones_table(ours: Mapping[str, Figures]) -> str:
    """Visits and person-seconds, ours against the truth."""
    lines = [row(["zones", *SUITES]), "|---" * (len(SUITES) + 1) + "|"]
    for what, of in (("visits", lambda f: f.visits), ("person-seconds", lambda f: f.person_seconds)):
        cells = [f"{of(ours[suite])[1]:.0f} of {of(ours[suite])[0]:.0f} ({100 * _off(of(ours[suite])):+.1f} %)" for suite in SUITES.values()]
        lines.append(row([what, *cells]))
    return "\n".join(lines)


def missed_bars(anchor: Mapping[str, Mapping], ours: Mapping[str, Figures]) -> list[str]:
    """A sentence for each bar that is missed."""
    misses = []
    for name, suite in SUITES.items():
        figures, others = ours[suite], recorded(anchor, suite)
        bar = SHARE_OF_BEST * _best(others.values())
        if figures.error > bar:
            misses.append(f"{name}: {figures.error} crossings wrong, at most {bar:.1f}")
        for scene, error in figures.errors.items():
            best = min(row.errors[scene] for row in others.values())
            if error > best + WORSE_BY:
                misses.append(f"{name}, {scene}: {error} crossings wrong, the best row there has {best}")
        f1 = max(row.f1 for row in others.values())
        if figures.f1 <= f1:
            misses.append(f"{name}: F1 {figures.f1:.3f}, the best row has {f1:.3f}")
        if abs(_off(figures.visits)) > VISITS_OFF:
            misses.append(f"{name}: visits {100 * _off(figures.visits):+.1f} %")
        if abs(_off(figures.person_seconds)) > PERSON_SECONDS_OFF:
            misses.append(f"{name}: person-seconds {100 * _off(figures.person_seconds):+.1f} %")
    return misses


def _best(rows: Iterable[Figures]) -> int:
    return min(figures.error for figures in rows)


def _off(true_and_told: tuple[float, float]) -> float:
    true, told = true_and_told
    return told / true - 1.0 if true else 0.0


def _cell(figures: Figures | None) -> str:
    return "-" if figures is None else f"{100 * figures.error / figures.true:.0f}, {figures.f1:.2f}"
