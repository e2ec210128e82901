# SPDX-License-Identifier: MPL-2.0
"""Hides the lower part of people behind something, as desks, counters and shelves do.

Labels follow the visible part, as the labels of the photographs do.
"""
import cv2
import numpy as np

from . import geometry

LEAST_HEIGHT = 24  # pixels; smaller people are left alone


def surface(width, height, other, rng):
    """Something flat: a piece of another picture, or one colour with light across it."""
    if rng.random() < 0.4:
        image = other["store"].picture(other)
        if not len(other["people"]):
            return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
    colour = rng.integers(20, 235, 3) if rng.random() < 0.5 else np.full(3, int(rng.integers(20, 235)))
    light = np.linspace(rng.uniform(0.7, 1.0), rng.uniform(0.7, 1.0), width)[None, :, None]
    edge = np.linspace(rng.uniform(0.8, 1.25), rng.uniform(0.6, 1.0), height)[:, None, None]
    grain = rng.normal(0, rng.uniform(0, 6), (height, width, 1))
    return np.clip(colour[None, None] * light * edge + grain, 0, 255).astype(np.uint8)


def trim(people, ignore, cover):
    """Boxes after `cover` was drawn over them."""
    share = geometry.covered_share(people, cover)
    # Hidden over (nearly) the whole width and down to the feet: the box ends where the cover begins.
    slack = 0.15 * (people[:, 2] - people[:, 0])
    across = (cover[0] <= people[:, 0] + slack) & (cover[2] >= people[:, 2] - slack)
    down = (cover[3] >= people[:, 3] - 1) & (cover[1] > people[:, 1])
    cut = people.copy()
    cut[:, 3] = np.where(across & down, np.minimum(cut[:, 3], cover[1]), cut[:, 3])
    left = geometry.areas(cut) / np.maximum(geometry.areas(people), 1e-6)
    good = np.where(across & down, (left > 0.25) & (cut[:, 3] - cut[:, 1] >= 8), share < 0.5)
    return cut[good], np.concatenate([ignore, people[~good & (share < 0.95)]])


def put_in_front(view, other, rng):
    """Hides the lower 30 to 65 % of some people of a view."""
    height, width = view.image.shape[:2]
    tall = np.flatnonzero(view.people[:, 3] - view.people[:, 1] >= LEAST_HEIGHT)
    if not len(tall):
        return view
    image, people, ignore = view.image.copy(), view.people, view.ignore
    for k in rng.permutation(tall)[:int(rng.integers(1, 4))]:
        x0, y0, x1, y1 = view.people[k]
        wide, high = x1 - x0, y1 - y0
        top = y1 - high * rng.uniform(0.3, 0.65)
        left, right = x0 - wide * rng.uniform(0.02, 0.8), x1 + wide * rng.uniform(0.02, 0.8)
        bottom = y1 + high * rng.uniform(0.02, 0.3)
        cover = np.round(geometry.clip(np.array([[left, top, right, bottom]], np.float32), width, height)[0]).astype(int)
        if cover[2] - cover[0] < 4 or cover[3] - cover[1] < 4:
            continue
        image[cover[1]:cover[3], cover[0]:cover[2]] = surface(cover[2] - cover[0], cover[3] - cover[1], other, rng)
        people, ignore = trim(people, ignore, cover)
    return type(view)(image, people, ignore, view.blind)
