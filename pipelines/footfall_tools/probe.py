# SPDX-License-Identifier: MPL-2.0
"""Runs decoded pictures through the elements and reads the cumulative totals behind zonetracker."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import launch
from .console import Failed
from .matching import Counted

EVENT = "footfall-totals"


@dataclass
class Readings:
    """What the totals of one run said."""

    counted: list[Counted] = field(default_factory=list)
    last: dict[str, Any] = field(default_factory=dict)  # the cumulative counters at the end
    frames: dict[str, Any] = field(default_factory=dict)  # pixelscrubber's own figures

    def take(self, totals: dict[str, Any]) -> None:
        """A new reading: each step of a line's counter becomes a count at the reading's running time."""
        before = self.last.get("lines", {})
        at_s = totals["running_time"] / 1e9
        for name, line in totals["now"]["lines"].items():
            for key, entry in (("entries", True), ("exits", False)):
                step = line[key] - before.get(name, {}).get(key, 0)
                if step < 0:
                    raise Failed(f"the total {key} of line {name} fell by {-step}")
                self.counted += [Counted(name, entry, at_s)] * step
        self.last = totals["now"]


@dataclass(frozen=True)
class Settings:
    """How people are found; None is the element's own default."""

    model: Path | None = None
    rate: float | None = None
    track_threshold: float | None = None

    def detector(self, scene: Path) -> launch.Element:
        """persondetector."""
        return launch.detector(self.model, scene, *([] if self.rate is None else [f"rate={self.rate:g}"]))

    def tracker(self) -> launch.Element:
        """zonetracker."""
        return launch.element("zonetracker", "name=tracker", *([] if self.track_threshold is None else [f"track-threshold={self.track_threshold:g}"]))


def run(name: str, source: list[launch.Element], scene: Path, settings: Settings, at: Callable[[float], None]) -> Readings:
    """Plays the source to its end; `name` is for errors, `at` hears how far it has come."""
    import gi

    gi.require_version("Gst", "1.0")
    from gi.repository import Gst

    Gst.init(None)
    scrubber, sink = launch.element("pixelscrubber", "name=scrubber"), launch.element("countsink", publish_partial="true")
    pipeline = Gst.parse_launchv(launch.linked([*source, settings.detector(scene), settings.tracker(), scrubber, sink]))
    readings = Readings()
    broken: list[Exception] = []

    def probe(_pad: Any, info: Any) -> Any:
        structure = info.get_event().get_structure()
        if structure is not None and structure.get_name() == EVENT:
            try:
                readings.take(json.loads(structure.get_string("totals")))
            except (KeyError, TypeError, ValueError, Failed) as error:  # not into GStreamer's thread
                broken.append(error)
        return Gst.PadProbeReturn.OK

    pipeline.get_by_name("tracker").get_static_pad("src").add_probe(Gst.PadProbeType.EVENT_DOWNSTREAM, probe)
    pipeline.set_state(Gst.State.PLAYING)
    bus, wanted = pipeline.get_bus(), Gst.MessageType.EOS | Gst.MessageType.ERROR
    try:
        while (message := bus.timed_pop_filtered(Gst.SECOND, wanted)) is None:
            found, position = pipeline.query_position(Gst.Format.TIME)
            if found:
                at(position / Gst.SECOND)
        if message.type == Gst.MessageType.ERROR:
            raise Failed(f"{name}: {message.parse_error()[0].message}")
        readings.frames = as_dict(pipeline.get_by_name("scrubber").get_property("stats"))
    finally:
        pipeline.set_state(Gst.State.NULL)
    if broken:
        raise Failed(f"{name}: a totals event can not be read: {broken[0]}")
    if not readings.last:
        raise Failed(f"{name}: no totals came out of zonetracker")
    return readings


def as_dict(structure: Any) -> dict[str, Any]:
    """A GstStructure's fields."""
    return {structure.nth_field_name(i): structure.get_value(structure.nth_field_name(i)) for i in range(structure.n_fields())}
