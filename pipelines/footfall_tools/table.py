# SPDX-License-Identifier: MPL-2.0
"""A window's counts as a table that a shopkeeper can read."""

from __future__ import annotations

import datetime
from typing import Any

from .truth import Truth


def aligned(rows: list[list[str]]) -> list[str]:
    """Rows under each other: the first column to the left, the others to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  " + "  ".join(cell.ljust(w) if i == 0 else cell.rjust(w) for i, (cell, w) in enumerate(zip(row, widths))) for row in rows]


def figure(value: Any, unit: str = "") -> str:
    """A figure; a withheld one is null in the payload."""
    if value is None:
        return "withheld"
    text = f"{value:.1f}" if isinstance(value, float) or unit else str(value)
    return text + unit


def known(value: float | int | None, unit: str = "") -> str:
    """A true figure, where there is one."""
    return "-" if value is None else figure(value, unit)


def local_span(window: dict[str, Any]) -> str:
    """The window as the shop's clock shows it."""
    zone = window.get("time_zone", "UTC")
    try:
        import zoneinfo

        where: datetime.tzinfo = zoneinfo.ZoneInfo(zone)
    except (ImportError, KeyError, ValueError, OSError):
        where, zone = datetime.timezone.utc, "UTC"
    start, end = (datetime.datetime.fromisoformat(window[key].replace("Z", "+00:00")).astimezone(where) for key in ("start", "end"))
    return f"{start:%A %d %B %Y, %H:%M} to {end:%H:%M} ({zone})"


def of(payload: dict[str, Any], truth: Truth | None) -> str:
    """The table of one payload; truth stands beside each figure where it is known."""
    head = f"{payload.get('site')}/{payload.get('camera')}: {local_span(payload['window'])}"
    out = [head, "=" * len(head)]
    lines: dict[str, Any] = payload.get("lines") or {}
    if lines:
        rows = [["Passing", "in", "out"] if truth is None else ["Passing", "in", "truth", "out", "truth"]]
        for name, line in lines.items():
            cells = [figure(line["entries"]), figure(line["exits"])]
            if truth is not None:
                cells = [cells[0], known(truth.entries(name)), cells[1], known(truth.exits(name))]
            rows.append([name, *cells])
        out += aligned(rows)
    zones: dict[str, Any] = payload.get("zones") or {}
    if zones:
        rows = [["Staying", "visits", "mean stay"] if truth is None else ["Staying", "visits", "truth", "mean stay", "truth"]]
        for name, zone in zones.items():
            cells = [figure(zone["visits"]), figure((zone.get("dwell") or {}).get("mean_s"), " s")]
            if not (zone.get("dwell") or {}).get("finished", True):
                cells[1] = "-"
            if truth is not None:
                stays = truth.visits_s.get(name)
                mean = sum(stays) / len(stays) if stays else None
                cells = [cells[0], known(len(stays) if stays else None), cells[1], known(mean, " s")]
            rows.append([name, *cells])
        out += aligned(rows)
    if not lines and not zones:
        out.append("  The scene has no lines and no zones: nothing was to be counted.")
    out.append(f"  Seen: {figure(payload.get('coverage_s'))} of {figure(payload.get('open_s'))} seconds that the shop was open in this hour.")
    if payload.get("weak"):
        out.append("  Plain figures, marked weak: exact numbers for a demonstration. A shop's scene has profile \"standard\",")
        out.append("  which withholds small groups and rounds the rest.")
    return "\n".join(out)
