# SPDX-License-Identifier: MPL-2.0
"""A window's counts as a table that a shopkeeper can read."""

from __future__ import annotations

import datetime
from typing import Any

from .truth import Truth

# By name: each column's figure and its truth.
Rows = list[tuple[str, list[tuple[str, str]]]]
# By title: is there a truth that could stand beside it?
Columns = dict[str, bool]


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


def section(title: str, columns: Columns, rows: Rows, with_truth: bool) -> list[str]:
    """Rows below their titles, with the truth beside each figure that has one."""
    if not rows:
        return []
    table = [[title]]
    for column, has_truth in columns.items():
        table[0] += [column, "truth"] if has_truth and with_truth else [column]
    for name, cells in rows:
        table.append([name])
        for (told, true), has_truth in zip(cells, columns.values()):
            table[-1] += [told, true] if has_truth and with_truth else [told]
    return aligned(table)


def mean(values: tuple[float, ...] | list[float]) -> float | None:
    """The mean, where there is one."""
    return sum(values) / len(values) if values else None


def mean_length(durations: dict[str, Any] | None) -> str:
    """The mean of durations; "-" if none has ended."""
    if durations is None:
        return "withheld"
    return known(durations["mean_s"], " s")


def passing(payload: dict[str, Any], truth: Truth | None) -> list[str]:
    """Lines."""
    rows: Rows = []
    lines: dict[str, Any] = payload.get("lines") or {}
    netted = any("netted" in line for line in lines.values())
    for name, line in lines.items():
        true = (known(truth.entries(name)), known(truth.exits(name))) if truth else ("", "")
        cells = [(figure(line["entries"]), true[0]), (figure(line["exits"]), true[1])]
        rows.append((name, cells + [(figure(line["netted"]) if "netted" in line else "-", "")] * netted))
    columns: Columns = {"in": True, "out": True}
    return section("Passing", {**columns, **({"netted": False} if netted else {})}, rows, truth is not None)


def staying(payload: dict[str, Any], truth: Truth | None) -> list[str]:
    """Visits to zones."""
    rows: Rows = []
    for name, zone in (payload.get("zones") or {}).items():
        stays = truth.visits_s.get(name) if truth else None
        true = known(len(stays) if stays else None), known(mean(stays or []), " s")
        told = ("withheld", "withheld") if zone is None else (figure(zone["visits"]), mean_length(zone["dwell"]))
        rows.append((name, list(zip(told, true))))
    return section("Staying", {"visits": True, "mean stay": True}, rows, truth is not None)


def stopping(payload: dict[str, Any], truth: Truth | None) -> list[str]:
    """Zones of interest."""
    rows: Rows = []
    for name, zone in (payload.get("zones") or {}).items():
        interest = (zone or {}).get("interest")
        if interest is None:
            continue
        stays = truth.visits_s.get(name) if truth else None
        rate = interest["stopping_rate"]
        share = known(rate and 100 * rate, " %") if interest["stops"] is not None else "withheld"
        passers = figure(interest["passers_by"]), known(len(stays) if stays else None)
        rows.append((name, [passers, (figure(interest["stops"]), ""), (share, ""), (mean_length(interest["dwell"]), "")]))
    columns: Columns = {"passers-by": True, "stops": False, "share": False, "mean stop": False}
    return section("Stopping", columns, rows, truth is not None)


def queueing(payload: dict[str, Any], truth: Truth | None) -> list[str]:
    """Queues."""
    rows: Rows = []
    columns: Columns = {"joined": False, "served": True, "abandoned": False, "mean length": True, "mean wait": True, "mean service": True}
    for name, zone in (payload.get("zones") or {}).items():
        if "queue" not in (zone or {}):
            continue
        queue = zone["queue"]
        if queue is None:
            rows.append((name, [("withheld", "-")] * len(columns)))
            continue
        true = truth.queue if truth and truth.queue and truth.queue.waiting == name else None
        abandoned = figure(queue["abandoned"]) if "abandoned" in queue else "-"
        service = mean_length(queue["service"]) if "service" in queue else "-"
        length = queue["length"]["mean"]
        cells = [
            (figure(queue["joined"]), ""),
            (figure(queue["served"]), known(len(true.waits_s) if true else None)),
            (abandoned, ""),
            (known(None if length is None else float(length)), known(mean(true.lengths) if true else None)),
            (mean_length(queue["wait"]), known(mean(true.waits_s) if true else None, " s")),
            (service, known(mean(true.services_s) if true else None, " s")),
        ]
        rows.append((name, cells))
    return section("Queueing", columns, rows, truth is not None)


def going(payload: dict[str, Any], truth: Truth | None) -> list[str]:
    """Ways from place to place; those that nobody took are left out."""
    rows: Rows = []
    flows: dict[str, dict[str, Any]] = payload.get("flows") or {}
    for start, ends in flows.items():
        for end, n in ends.items():
            true = truth.way(start, end, set(flows)) if truth else None
            if n != 0 or true:
                rows.append((f"{start} > {end}", [(figure(n), known(true))]))
    return section("Going", {"people": True}, rows, truth is not None)


def following(payload: dict[str, Any], truth: Truth | None) -> list[str]:
    """Planned routes."""
    rows: Rows = []
    for name, route in (payload.get("routes") or {}).items():
        zones = list(route["reached"])
        walked = known(truth.walked(zones)) if truth else "-"
        rows += [(f"{name}: {zone}", [(figure(route["reached"][zone]), walked if zone == zones[-1] else "-")]) for zone in zones]
        rows.append((f"{name}: against", [(figure(route["against"]), "-")]))
    return section("Following", {"people": True}, rows, truth is not None)


def shop(payload: dict[str, Any]) -> list[str]:
    """The shop as its doors bound it."""
    if "shop" not in payload:
        return []
    told = payload["shop"]
    cells = ["withheld"] * 4
    if told is not None:
        inside = told["occupancy"]["mean"]
        mean_inside = known(None if inside is None else float(inside))
        cells = [figure(told["entries"]), figure(told["exits"]), mean_inside, figure(told["occupancy"]["max"])]
    columns: Columns = {"in": False, "out": False, "mean inside": False, "most inside": False}
    return section("The shop", columns, [("all doors", [(cell, "") for cell in cells])], False)


def day(payload: dict[str, Any]) -> list[str]:
    """The balance of the day that the window ends."""
    if "day" not in payload:
        return []
    told = payload["day"]["shop"]
    is_withheld = "day.shop.mean_visit_s" in payload["suppressed"]
    visit = "withheld" if is_withheld else known(told["mean_visit_s"], " s")
    cells = [figure(told[key]) for key in ("entries", "exits", "balance", "unseen", "left_inside")] + [visit]
    titles = ("in", "out", "balance", "unseen", "left inside", "mean visit")
    return section("The day", dict.fromkeys(titles, False), [(payload["day"]["start"][:10], [(cell, "") for cell in cells])], False)


def warmth(payload: dict[str, Any]) -> list[str]:
    """The grid: a picture of it is drawn by pipelines/heat."""
    if "heat" not in payload:
        return []
    cells = [cell for row in (payload["heat"] or {"seconds": []})["seconds"] for cell in row]
    told = [seconds for seconds in cells if seconds is not None]
    if not told:
        return section("Warmth", {"cells told": False, "warmest": False}, [("grid", [("withheld", ""), ("withheld", "")])], False)
    rows: Rows = [("grid", [(f"{len(told)} of {len(cells)}", ""), (figure(float(max(told)), " s"), "")])]
    return section("Warmth", {"cells told": False, "warmest": False}, rows, False)


def of(payload: dict[str, Any], truth: Truth | None) -> str:
    """The table of one payload; truth stands beside each figure where it is known."""
    head = f"{payload.get('site')}/{payload.get('camera')}: {local_span(payload['window'])}"
    out = [head, "=" * len(head)]
    for part in (passing, staying, stopping, queueing, going, following):
        out += part(payload, truth)
    for part_without_truth in (shop, day, warmth):
        out += part_without_truth(payload)
    if not payload.get("lines") and not payload.get("zones"):
        out.append("  The scene has no lines and no zones: nothing was to be counted.")
    out.append(f"  Seen: {figure(payload.get('coverage_s'))} of {figure(payload.get('open_s'))} seconds that the shop was open in this hour.")
    if payload.get("weak"):
        out.append("  Plain figures, marked weak: exact numbers for a demonstration. A shop's scene has profile \"standard\",")
        out.append("  which withholds small groups and rounds the rest.")
    return "\n".join(out)
