# SPDX-License-Identifier: MPL-2.0
"""Draws a scene with cairo. Coordinates in the scene are fractions of the picture; here everything is in pixels."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import cairo

from .console import WrongUse
from .heat import Heat

Point = tuple[float, float]
Colour = tuple[float, float, float]
RED, GREEN, YELLOW, WHITE = (0.95, 0.15, 0.1), (0.1, 0.8, 0.25), (1.0, 0.8, 0.0), (1.0, 1.0, 1.0)
BLUE, ORANGE, PINK = (0.35, 0.65, 1.0), (1.0, 0.55, 0.1), (1.0, 0.4, 0.8)
ROLES = {"area": GREEN, "interest": BLUE, "queue": ORANGE}


def load(picture: Path) -> cairo.ImageSurface:
    """The picture as a surface; cairo reads PNG itself, GStreamer turns the rest into PNG."""
    try:
        return cairo.ImageSurface.create_from_png(str(picture))
    except (cairo.Error, OSError, MemoryError):
        pass
    import subprocess
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        png = Path(folder) / "picture.png"
        chain = ["filesrc", f"location={picture}", "!", "decodebin", "!", "videoconvert", "!", "pngenc", "snapshot=true"]
        command = ["gst-launch-1.0", "-q", *chain, "!", "filesink", f"location={png}"]
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            return cairo.ImageSurface.create_from_png(str(png))
        except (cairo.Error, OSError, MemoryError):
            raise WrongUse(f"{picture} is no picture that can be read (PNG or JPEG)") from None


class Canvas:
    """A picture to draw on."""

    def __init__(self, picture: cairo.ImageSurface) -> None:
        self.width, self.height = picture.get_width(), picture.get_height()
        self.surface = cairo.ImageSurface(cairo.FORMAT_RGB24, self.width, self.height)
        self.pen = cairo.Context(self.surface)
        self.pen.set_source_surface(picture)
        self.pen.paint()
        self.unit = max(self.height / 288, 1.0)  # a line's width
        self.pen.select_font_face("sans-serif", cairo.FONT_SLANT_NORMAL, cairo.FONT_WEIGHT_BOLD)
        self.pen.set_font_size(9 * self.unit)
        self.pen.set_line_join(cairo.LINE_JOIN_ROUND)

    def at(self, fraction: list[float]) -> Point:
        """A point of the scene in pixels."""
        return float(fraction[0]) * self.width, float(fraction[1]) * self.height

    def path(self, points: list[Point], closed: bool) -> None:
        """Makes a path of points."""
        self.pen.new_path()
        for point in points:
            self.pen.line_to(*point)
        if closed:
            self.pen.close_path()

    def text(self, words: str, where: Point, colour: Colour) -> None:
        """Words on a dark ground, held inside the picture."""
        extents = self.pen.text_extents(words)
        margin = 2 * self.unit
        x = min(max(where[0], margin), self.width - extents.width - margin)
        y = min(max(where[1], extents.height + margin), self.height - margin)
        self.pen.rectangle(x - margin, y - extents.height - margin, extents.width + 2 * margin, extents.height + 2 * margin)
        self.pen.set_source_rgba(0, 0, 0, 0.65)
        self.pen.fill()
        self.pen.move_to(x - extents.x_bearing, y)
        self.pen.set_source_rgb(*colour)
        self.pen.show_text(words)

    def ticks(self) -> None:
        """A tick at each tenth of the picture, so that coordinates can be read off."""
        self.pen.set_source_rgba(*WHITE, 0.8)
        self.pen.set_line_width(self.unit)
        for tenth in range(1, 10):
            x, y, length = self.width * tenth / 10, self.height * tenth / 10, (8 if tenth == 5 else 5) * self.unit
            for start, end in (((x, 0), (x, length)), ((x, self.height - length), (x, self.height)), ((0, y), (length, y)), ((self.width - length, y), (self.width, y))):
                self.pen.move_to(*start)
                self.pen.line_to(*end)
        self.pen.stroke()

    def excluded(self, corners: list[Point]) -> None:
        """An area that no model sees, hatched."""
        self.pen.save()
        self.path(corners, closed=True)
        self.pen.clip_preserve()
        self.pen.set_source_rgba(0, 0, 0, 0.55)
        self.pen.fill()
        self.pen.set_source_rgba(*YELLOW, 0.8)
        self.pen.set_line_width(self.unit)
        for x in range(-self.height, self.width, max(round(10 * self.unit), 4)):
            self.pen.move_to(x, self.height)
            self.pen.line_to(x + self.height, 0)
        self.pen.stroke()
        self.pen.restore()
        self.text("excluded", middle(corners), YELLOW)

    def grid(self, columns: int, rows: int) -> None:
        """The edges between the grid's cells, thin."""
        self.pen.set_source_rgba(*WHITE, 0.35)
        self.pen.set_line_width(self.unit / 2)
        for column in range(1, columns):
            self.pen.move_to(self.width * column / columns, 0)
            self.pen.line_to(self.width * column / columns, self.height)
        for row in range(1, rows):
            self.pen.move_to(0, self.height * row / rows)
            self.pen.line_to(self.width, self.height * row / rows)
        self.pen.stroke()

    def cell(self, corner: Point, size: Point, share: float | None) -> None:
        """A cell of the grid with its share of the most: from yellow to red; crossed out where nothing is told."""
        self.pen.rectangle(*corner, *size)
        if share is None:
            self.pen.set_source_rgba(*WHITE, 0.25)
            self.pen.set_line_width(self.unit / 2)
            self.pen.stroke()
            self.pen.move_to(corner[0], corner[1] + size[1])
            self.pen.line_to(corner[0] + size[0], corner[1])
            self.pen.stroke()
        else:
            self.pen.set_source_rgba(0.95, 0.85 * (1 - share), 0.05, 0.1 + 0.6 * share if share > 0 else 0)
            self.pen.fill()

    def zone(self, corners: list[Point], colour: Colour) -> None:
        """A zone."""
        self.path(corners, closed=True)
        self.pen.set_source_rgba(*colour, 0.2)
        self.pen.fill_preserve()
        self.pen.set_source_rgb(*colour)
        self.pen.set_line_width(1.5 * self.unit)
        self.pen.stroke()

    def service(self, queue: list[Point], till: list[Point]) -> None:
        """A dashed line from a queue to where its people are served."""
        self.pen.set_dash([5 * self.unit, 3 * self.unit])
        self.way(middle(queue), middle(till), ORANGE, 4 * self.unit)

    def route(self, name: str, zones: list[list[Point]]) -> None:
        """A planned way: arrows from zone to zone."""
        for start, end in zip(zones, zones[1:]):
            self.way(middle(start), middle(end), PINK, 1.5 * self.unit)
        first, second = middle(zones[0]), middle(zones[1])
        self.text(name, middle([first, second]), PINK)

    def way(self, start: Point, end: Point, colour: Colour, width: float) -> None:
        """An arrow from point to point, dashed if the pen is."""
        self.pen.set_source_rgb(*colour)
        self.pen.set_line_width(width)
        self.pen.move_to(*start)
        self.pen.line_to(*end)
        self.pen.stroke()
        self.pen.set_dash([])
        self.arrow_head(start, end)
        self.pen.stroke()

    def arrow_head(self, root: Point, tip: Point) -> None:
        """The two strokes of an arrow from `root` at its tip."""
        angle = math.atan2(tip[1] - root[1], tip[0] - root[0])
        for turn in (2.6, -2.6):
            self.pen.move_to(*tip)
            self.pen.line_to(tip[0] + 7 * self.unit * math.cos(angle + turn), tip[1] + 7 * self.unit * math.sin(angle + turn))

    def line(self, name: str, points: list[Point], inside: Point) -> None:
        """A line, with an arrow from the middle of each piece to the side of `inside`."""
        self.pen.set_source_rgb(*RED)
        self.pen.set_line_width(2 * self.unit)
        self.path(points, closed=False)
        self.pen.stroke()
        for start, end in zip(points, points[1:]):
            self.arrow(start, end, inside)
        self.text(name, (points[0][0] + 4 * self.unit, points[0][1] - 4 * self.unit), RED)
        self.pen.arc(*inside, 2.5 * self.unit, 0, 2 * math.pi)
        self.pen.set_source_rgb(*RED)
        self.pen.fill()

    def arrow(self, start: Point, end: Point, inside: Point) -> None:
        """An arrow across a piece of a line."""
        root, tip = middle([start, end]), arrow_tip(start, end, inside, 18 * self.unit)
        self.pen.set_source_rgb(*RED)
        self.pen.move_to(*root)
        self.pen.line_to(*tip)
        self.arrow_head(root, tip)
        self.pen.stroke()


def middle(points: list[Point]) -> Point:
    """The mean of points."""
    return sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points)


def arrow_tip(start: Point, end: Point, inside: Point, length: float) -> Point:
    """A point this far from the middle of a piece, square to it, on the side of `inside`."""
    x, y = middle([start, end])
    dx, dy = end[0] - start[0], end[1] - start[1]
    reach = math.hypot(dx, dy) or 1.0
    side = math.copysign(1.0, dx * (inside[1] - start[1]) - dy * (inside[0] - start[0]))
    return x - side * length * dy / reach, y + side * length * dx / reach


def draw_zones(canvas: Canvas, zones: list[dict[str, Any]], routes: list[dict[str, Any]]) -> None:
    """Zones in the colours of their roles, what connects them, and above both their names."""
    corners = {zone["name"]: [canvas.at(corner) for corner in zone["polygon"]] for zone in zones}
    role = {zone["name"]: zone.get("role", "area") for zone in zones}
    services = {zone["service"] for zone in zones if zone.get("service")}
    for name in corners:
        canvas.zone(corners[name], ROLES[role[name]])
    for zone in zones:
        if zone.get("service"):
            canvas.service(corners[zone["name"]], corners[zone["service"]])
    for route in routes:
        canvas.route(route["name"], [corners[name] for name in route["zones"]])
    for name in corners:
        label = "service" if name in services else role[name]
        x, y = middle(corners[name])
        canvas.text(name if label == "area" else f"{name} ({label})", (x, y - 6 * canvas.unit), ROLES[role[name]])


def draw_heat(heat: Heat, picture: Path, out: Path) -> None:
    """Draws the heat over the picture into a PNG. Twice the time is not twice the colour: a root keeps the lesser visible."""
    canvas = Canvas(load(picture))
    size = canvas.width / heat.columns, canvas.height / heat.rows
    for number, seconds in enumerate(heat.seconds):
        corner = (number % heat.columns) * size[0], (number // heat.columns) * size[1]
        canvas.cell(corner, size, None if seconds is None else math.sqrt(seconds / (heat.most or 1.0)))
    canvas.text(f"red: {heat.most:.0f} s", (0.0, float(canvas.height)), RED)
    canvas.surface.write_to_png(str(out))


def draw(scene: dict[str, Any], picture: Path, out: Path) -> None:
    """Draws the scene over the picture into a PNG."""
    canvas = Canvas(load(picture))
    if scene.get("heat") is not None:
        canvas.grid(scene["heat"].get("columns", 16), scene["heat"].get("rows", 9))
    for corners in scene.get("excluded", []):
        canvas.excluded([canvas.at(corner) for corner in corners])
    draw_zones(canvas, scene.get("zones", []), scene.get("routes", []))
    doors = (scene.get("shop") or {}).get("lines", [])
    for line in scene.get("lines", []):
        name = f"{line['name']} (shop)" if line["name"] in doors else line["name"]
        canvas.line(name, [canvas.at(point) for point in line["points"]], canvas.at(line["inside"]))
    canvas.ticks()
    canvas.surface.write_to_png(str(out))
