#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""Compares the scenes with the truth files: same lines, same zones, same anchors, `inside` on the side that is forward.

usage: check_scenes.py

A scene may leave a line or zone of the truth out; whatever it holds must be the truth's. Prints one line a scene, and each
difference. Exit status 1 when there is a difference; without the assets it compares what is in this folder.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.dont_write_bytecode = True
from footfall_tools import places, truth  # noqa: E402

WAYS = {"left": (-1.0, 0.0), "right": (1.0, 0.0), "up": (0.0, -1.0), "down": (0.0, 1.0)}
# "any" in a truth file: the totals are the same for both, so that either would do; scenes take the middle.
ANCHORS = {"bottom": {"bottom"}, "center": {"centre"}, "any": {"centre"}}


def inside_is_forward(line: dict[str, Any], true: dict[str, Any]) -> bool:
    """Is a step in the forward direction a step to the side on which `inside` lies?"""
    (x1, y1), (x2, y2) = line["points"]
    side = (x2 - x1) * (line["inside"][1] - y1) - (y2 - y1) * (line["inside"][0] - x1)
    way = WAYS[true["forward_is"].split()[0]]
    return side * ((x2 - x1) * way[1] - (y2 - y1) * way[0]) > 0


def differences(scene: dict[str, Any], true: dict[str, Any]) -> list[str]:
    """What is not as in the truth file."""
    found = []
    lines = {truth.slug(line["name"]): line for line in true.get("lines", [])}
    zones = {truth.slug(zone["name"]): zone for zone in true.get("zones", [])}
    for line in scene.get("lines", []):
        known = lines.get(line["name"])
        if known is None:
            found.append(f"line {line['name']}: the truth has no such line")
            continue
        if line["points"] != [known["from"], known["to"]]:
            found.append(f"line {line['name']}: points {line['points']} are not {[known['from'], known['to']]}")
        elif not inside_is_forward(line, known):
            found.append(f"line {line['name']}: inside {line['inside']} lies on the backward side")
        if line.get("anchor", "bottom") not in ANCHORS[known["anchor"]]:
            found.append(f"line {line['name']}: anchor {line.get('anchor', 'bottom')} is not the truth's {known['anchor']}")
    for zone in scene.get("zones", []):
        known = zones.get(zone["name"])
        if known is None:
            found.append(f"zone {zone['name']}: the truth has no such zone")
            continue
        if zone["polygon"] != known["polygon"]:
            found.append(f"zone {zone['name']}: polygon {zone['polygon']} is not {known['polygon']}")
        if zone.get("anchor", "bottom") not in ANCHORS[known["anchor"]]:
            found.append(f"zone {zone['name']}: anchor {zone.get('anchor', 'bottom')} is not the truth's {known['anchor']}")
    tuned = [key for line in scene.get("lines", []) for key in ("dead_band",) if key in line]
    tuned += [key for zone in scene.get("zones", []) for key in ("enter_delay_s", "leave_delay_s", "stop_s", "join_s") if key in zone]
    found += [f"{key} is set: all scenes share one set of parameters" for key in tuned]
    if scene.get("publish", {}).get("profile") != "plain" or "opening_hours" in scene:
        found.append("a scene for the demo says profile plain and no opening hours")
    return found


def main() -> int:
    if len(sys.argv) > 1:
        print(__doc__)
        return 0 if sys.argv[1:] in (["-h"], ["--help"]) else 2
    known = {path.name.split(".")[0]: truth.read(path) for path in truth.files()}
    # The sample clip and its smaller copy are one film.
    if {"vtest", "pets09-s2l1"} <= known.keys():
        small = truth.parse(known["pets09-s2l1"]).crossings
        if truth.parse(known["vtest"]).crossings != small:
            print("vtest.truth.json differs from pets09-s2l1.json")
            return 1
    bad = compared = 0
    for path in sorted(places.SCENES.glob("*.json")):
        if path.name.endswith(".truth.json"):
            continue
        true = known.get(path.stem)
        if true is None:
            print(f"skipped: {path.name}: its truth file is not here")
            continue
        compared += 1
        found = differences(json.loads(path.read_text(encoding="utf-8")), true)
        bad += bool(found)
        print(f"{path.name}: {'as the truth' if not found else ''}", *found, sep="\n  " if found else "")
    return 1 if bad or not compared else 0


if __name__ == "__main__":
    sys.exit(main())
