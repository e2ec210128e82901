# SPDX-License-Identifier: MPL-2.0
"""Holds counts against truth event by event: totals alone can hide a miss behind a false count."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .truth import Crossing

# A crossing must settle and readings come twice a second, so that it is seen up to this much later.
READING_SLACK_S = 1.0


@dataclass(frozen=True)
class Counted:
    """A line's counter rose by one, at this running time of the reading."""

    line: str
    entry: bool
    at_s: float


@dataclass
class Match:
    """How counts and truth fit."""

    matched: int = 0
    missed: int = 0
    false: int = 0
    missed_events: list[Crossing] | None = None
    false_events: list[Counted] | None = None


def match(counted: Iterable[Counted], true: Iterable[Crossing]) -> Match:
    """Pairs each count with at most one true event of its line and direction, within the event's tolerance plus the slack.

    In order of time, each true event takes the first count that fits. All events of a line have one tolerance, so that no
    other pairing matches more.
    """
    left = sorted(counted, key=lambda count: count.at_s)
    missed = []
    matched = 0
    for event in sorted(true, key=lambda crossing: crossing.at_s):
        reach_s = event.tolerance_s + READING_SLACK_S
        fitting = [c for c in left if (c.line, c.entry) == (event.line, event.entry) and abs(c.at_s - event.at_s) <= reach_s]
        if fitting:
            left.remove(fitting[0])
            matched += 1
        else:
            missed.append(event)
    return Match(matched, len(missed), len(left), missed, left)
