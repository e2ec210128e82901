# SPDX-License-Identifier: MPL-2.0
"""Makes one training view from pictures of the stores: warped, alone or four together, with furniture in front.

A view is a picture of the native size with three lists of boxes: people, places to ignore, and places where the teachers
are not believed.
"""
from dataclasses import dataclass

import numpy as np

from . import geometry, sources
from .cutouts import paste
from .furniture import put_in_front
from .shape import HEIGHT, WIDTH

LEAST_SHARE, LEAST_HEIGHT, LEAST_WIDTH = 0.3, 6, 3  # a person with less in view becomes a place to ignore
MOSAICS, PASTED, FURNISHED = 0.35, 0.4, 0.2  # shares of the views


@dataclass
class View:
    """Pixels and boxes of one view."""

    image: np.ndarray
    people: np.ndarray
    ignore: np.ndarray
    blind: np.ndarray


def spread(rng, low, high):
    """A factor between two others, even in its logarithm."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def scale_of(people, height, rng, mosaic):
    """How large the picture is drawn against "stretched to the whole canvas"."""
    if mosaic:
        scale = spread(rng, 0.4, 1.1)
    elif rng.random() < 0.25:
        return 1.0
    else:
        scale = spread(rng, 0.65, 2.4)
    tall = (people[:, 3] - people[:, 1]) / height if len(people) else np.zeros(1)
    if 0 < np.median(tall) < 0.12:
        scale = max(scale, 0.75) * 1.15  # do not shrink what is tiny already
    return scale


def place(size, canvas, aim, rng):
    """Where the scaled picture begins along one axis; aim is the middle of somebody who should be in view, or None."""
    room = canvas - size
    if aim is not None and room < 0:
        return float(np.clip(canvas * rng.uniform(0.15, 0.85) - aim, room, 0))
    return float(rng.uniform(min(0.0, room), max(0.0, room)))


def view_matrix(width, height, people, canvas, rng, mosaic, from_above):
    """The homography of one tile."""
    scale = scale_of(people, height, rng, mosaic)
    aspect = 1.0 if scale == 1.0 else float(np.exp(rng.uniform(-0.28, 0.28)))
    sx, sy = WIDTH / width * scale * aspect**0.5, HEIGHT / height * scale / aspect**0.5
    aim = people[int(rng.integers(len(people)))] if len(people) and rng.random() < 0.6 else None
    x = y = 0.0
    if scale != 1.0 or mosaic:
        x = place(width * sx, canvas[0], None if aim is None else (aim[0] + aim[2]) / 2 * sx, rng)
        y = place(height * sy, canvas[1], None if aim is None else (aim[1] + aim[3]) / 2 * sy, rng)
    matrix = geometry.scaling(sx, sy, x, y)
    if rng.random() < 0.25 and not from_above:
        matrix = geometry.around(canvas[0] / 2, 0, geometry.tilt(canvas[1], rng.uniform(-0.15, 0.6))) @ matrix
    if rng.random() < (0.5 if from_above else 0.2):
        matrix = geometry.around(canvas[0] / 2, canvas[1] / 2, geometry.turn(rng.normal(0, 7))) @ matrix
    return matrix


def keep_visible(people, ignore, blind, width, height):
    """Cuts boxes to the tile; people who are mostly outside, or too small, become places to ignore."""
    full = geometry.areas(people)
    people, ignore, blind = (geometry.clip(b, width, height) for b in (people, ignore, blind))
    wide, high = people[:, 2] - people[:, 0], people[:, 3] - people[:, 1]
    share = wide * high / np.maximum(full, 1e-6)
    good = (share > LEAST_SHARE) & (high >= LEAST_HEIGHT) & (wide >= LEAST_WIDTH)
    doubtful = people[~good & (share > 0.05)]
    ignore = np.concatenate([ignore, doubtful])
    some = [(b[:, 2] - b[:, 0] > 1) & (b[:, 3] - b[:, 1] > 1) for b in (ignore, blind)]
    return people[good], ignore[some[0]], blind[some[1]]


def tile(row, width, height, rng, mosaic):
    """One picture warped into width x height."""
    image = row["store"].picture(row)
    boxes = [row["people"], row["ignore"], row["like"]]
    from_above = row["source"] in sources.FROM_ABOVE
    if from_above and rng.random() < 0.75:
        image, boxes = geometry.quarter_turns(image, boxes, int(rng.integers(4)))
    matrix = view_matrix(image.shape[1], image.shape[0], boxes[0], (width, height), rng, mosaic, from_above)
    grey = rng.random() < 0.7
    fill = (114, 114, 114) if grey else tuple(int(v) for v in rng.integers(0, 255, 3))
    image = geometry.warp_picture(image, matrix, width, height, fill)
    people, ignore, blind = keep_visible(*(geometry.warp_boxes(matrix, b) for b in boxes), width, height)
    if from_above or row["source"] in sources.RENDERED:
        blind = np.array([[0, 0, width, height]], np.float32)
    return View(image, people, ignore, blind)


def four(rows, first, rng):
    """Four pictures around a point."""
    cx, cy = int(WIDTH * rng.uniform(0.3, 0.7)), int(HEIGHT * rng.uniform(0.3, 0.7))
    places = [(0, 0, cx, cy), (cx, 0, WIDTH - cx, cy), (0, cy, cx, HEIGHT - cy), (cx, cy, WIDTH - cx, HEIGHT - cy)]
    chosen = [first] + [rows[int(k)] for k in rng.integers(0, len(rows), 3)]
    image, lists = np.empty((HEIGHT, WIDTH, 3), np.uint8), ([], [], [])
    for k, (x, y, w, h) in zip(rng.permutation(4), places):
        part = tile(chosen[k], w, h, rng, True)
        image[y:y + h, x:x + w] = part.image
        for found, boxes in zip(lists, (part.people, part.ignore, part.blind)):
            found.append(boxes + np.array([x, y, x, y], np.float32))
    return View(image, *(np.concatenate(found) for found in lists))


def compose(rows, first, rng, cutouts=()):
    """One view that begins with the row `first`; rows are what a mosaic may add, cut-outs are people to put in."""
    mosaic = rng.random() < MOSAICS
    view = four(rows, first, rng) if mosaic else tile(first, WIDTH, HEIGHT, rng, False)
    if len(cutouts) and not mosaic and first["source"] not in sources.FROM_ABOVE and rng.random() < PASTED:
        for _ in range(int(rng.integers(1, 4))):
            view = paste(view, cutouts[int(rng.integers(len(cutouts)))], rng)
    if rng.random() < FURNISHED:
        view = put_in_front(view, rows[int(rng.integers(len(rows)))], rng)
    return view
