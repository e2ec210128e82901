# SPDX-License-Identifier: MPL-2.0
"""Where people were, from published payloads."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .console import WrongUse


@dataclass(frozen=True)
class Heat:
    """A grid over the picture: person-seconds by cell, rows from the top, each from the left; None where nothing is told."""

    columns: int
    rows: int
    seconds: tuple[float | None, ...]
    windows: int

    @property
    def most(self) -> float:
        """Of the warmest cell."""
        return max((s for s in self.seconds if s is not None), default=0.0)


def payloads(path: Path) -> list[dict[str, Any]]:
    """Payloads of a file: one JSON object, or one a line."""
    text = path.read_text(encoding="utf-8")
    try:
        found = [json.loads(text)]
    except ValueError:
        try:
            found = [json.loads(line) for line in text.splitlines() if line.strip()]
        except ValueError as error:
            raise WrongUse(f"{path} holds no JSON, and no JSON lines: {error}") from None
    if not found or not all(isinstance(payload, dict) for payload in found):
        raise WrongUse(f"{path} holds no payloads")
    return found


def added(grids: Iterable[dict[str, Any]]) -> Heat:
    """Grids of one shape, cell by cell; a cell that one of them withholds is the sum of the others."""
    sums: list[float | None] = []
    shape: tuple[int, int] | None = None
    windows = 0
    for grid in grids:
        cells = [cell for row in grid["seconds"] for cell in row]
        if len(cells) != grid["columns"] * grid["rows"] or shape not in (None, (grid["columns"], grid["rows"])):
            raise WrongUse("the grids are not of one shape: give payloads of one scene")
        shape = (grid["columns"], grid["rows"])
        sums = [b if a is None else a if b is None else a + b for a, b in zip(sums or [None] * len(cells), cells)]
        windows += 1
    if shape is None:
        raise WrongUse('no payload tells heat: the scene needs "heat", and cells enough visits')
    return Heat(shape[0], shape[1], tuple(sums), windows)


def read(path: Path) -> Heat:
    """The heat of all payloads of a file."""
    found = payloads(path)
    if len({(p.get("site"), p.get("camera"), p.get("scene_version")) for p in found}) > 1:
        raise WrongUse(f"{path} holds payloads of several cameras or scenes: give those of one")
    return added(p["heat"] for p in found if p.get("heat"))
