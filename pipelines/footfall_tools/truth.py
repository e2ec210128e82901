# SPDX-License-Identifier: MPL-2.0
"""What is known to be true about a film: crossings of lines and visits to zones, counted by people."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import places
from .film import sha256


@dataclass(frozen=True)
class Crossing:
    """One person passes one line."""

    line: str
    entry: bool  # forward in the truth file; scenes are drawn so that forward is in
    at_s: float
    tolerance_s: float


@dataclass(frozen=True)
class Truth:
    """The truth about one film."""

    clip: str
    crossings: tuple[Crossing, ...]
    visits_s: dict[str, list[float]] = field(default_factory=dict)  # by zone: each visit's length

    def entries(self, line: str) -> int | None:
        """People who came in over this line; None where nobody counted it."""
        return self._count(line, True)

    def exits(self, line: str) -> int | None:
        """People who went out over this line; None where nobody counted it."""
        return self._count(line, False)

    def _count(self, line: str, entry: bool) -> int | None:
        at_line = [crossing for crossing in self.crossings if crossing.line == line]
        return sum(crossing.entry == entry for crossing in at_line) if at_line else None


def slug(name: str) -> str:
    """A truth file's name as a scene must write it."""
    return name.strip().lower().replace(" ", "-")


def read(path: Path) -> dict[str, Any]:
    """A truth file as it is written."""
    return dict(json.loads(path.read_text(encoding="utf-8")))


def parse(file: dict[str, Any]) -> Truth:
    """The part of a truth file that a count can be held against."""
    crossings = [
        Crossing(slug(line["name"]), event["dir"] == "forward", float(event["t"]), float(line["time_tolerance_s"]))
        for line in file.get("lines", [])
        for event in line.get("events", [])
    ]
    visits = {
        slug(zone["name"]): [float(visit["dwell_s"]) for visit in zone["visits"]] for zone in file.get("zones", []) if "visits" in zone
    }
    return Truth(file.get("clip", ""), tuple(sorted(crossings, key=lambda crossing: crossing.at_s)), visits)


def files() -> list[Path]:
    """Every truth file that is here: our own, and those beside the clips of the assets."""
    found = sorted(places.SCENES.glob("*.truth.json"))
    folder = places.assets()
    return found + (sorted((folder / "videos" / "truth").glob("*.json")) if folder else [])


def of(film: Path) -> Truth | None:
    """The truth about a film, known by its bytes and not by its name; None where there is none."""
    digest = sha256(film)
    beside = film.with_name("truth.json")  # as the scene renderer writes it
    for path in [*files(), *([beside] if beside.is_file() else [])]:
        file = read(path)
        if file.get("file", {}).get("sha256") == digest:
            return parse(file)
    return None
