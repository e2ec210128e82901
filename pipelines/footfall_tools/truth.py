# SPDX-License-Identifier: MPL-2.0
"""What is known to be true about a film: crossings of lines and visits to zones, counted by people; of rendered films also
queue, ways and route."""

from __future__ import annotations

import json
from collections import Counter
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
class Queue:
    """Those who were served; nobody noted who gave up."""

    waiting: str  # the queue's zone
    waits_s: tuple[float, ...]  # of all whose service began
    services_s: tuple[float, ...]  # of those whose service ended
    lengths: tuple[int, ...]  # people waiting, each second


@dataclass(frozen=True)
class Truth:
    """The truth about one film."""

    clip: str
    crossings: tuple[Crossing, ...]
    visits_s: dict[str, list[float]] = field(default_factory=dict)  # by zone: each visit's length
    queue: Queue | None = None
    ways: dict[tuple[str, str], int] | None = None  # from zone to zone: how often
    route: tuple[str, ...] = ()  # zones of the planned way
    completed: int = 0  # who walked it whole

    def entries(self, line: str) -> int | None:
        """People who came in over this line; None where nobody counted it."""
        return self._count(line, True)

    def exits(self, line: str) -> int | None:
        """People who went out over this line; None where nobody counted it."""
        return self._count(line, False)

    def way(self, start: str, end: str, places: set[str]) -> int | None:
        """Ways between two of these places; None where the truth is one about others, or none."""
        return None if self.ways is None or places != set(self.visits_s) else self.ways.get((start, end), 0)

    def walked(self, zones: list[str]) -> int | None:
        """Who walked a route of these zones whole; None where it is not the truth's."""
        return self.completed if zones and tuple(zones) == self.route else None

    def _count(self, line: str, entry: bool) -> int | None:
        at_line = [crossing for crossing in self.crossings if crossing.line == line]
        return sum(crossing.entry == entry for crossing in at_line) if at_line else None


def slug(name: str) -> str:
    """A truth file's name as a scene must write it."""
    return name.strip().lower().replace(" ", "-")


def read(path: Path) -> dict[str, Any]:
    """A truth file as it is written."""
    return dict(json.loads(path.read_text(encoding="utf-8")))


def queue_of(file: dict[str, Any]) -> Queue | None:
    """The truth about the film's queue."""
    known = file.get("queue")
    if known is None:
        return None
    still = {visit["who"] for zone in file["zones"] if zone["name"] == known["service"] for visit in zone.get("open", [])}
    served = known["served"]
    return Queue(
        slug(known["waiting"]),
        tuple(float(person["wait_s"]) for person in served),
        tuple(float(person["service_s"]) for person in served if person["who"] not in still),
        tuple(known["length_each_second"]),
    )


def ways_of(file: dict[str, Any]) -> dict[tuple[str, str], int] | None:
    """How often people went from zone to zone."""
    if "transitions" not in file:
        return None
    return dict(Counter((slug(way["from"]), slug(way["to"])) for way in file["transitions"]))


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
    route = file.get("route") or {}
    return Truth(
        clip=file.get("clip", ""),
        crossings=tuple(sorted(crossings, key=lambda crossing: crossing.at_s)),
        visits_s=visits,
        queue=queue_of(file),
        ways=ways_of(file),
        route=tuple(slug(zone) for zone in route.get("zones", [])),
        completed=len(route.get("completed", [])),
    )


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
