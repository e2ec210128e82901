# SPDX-License-Identifier: MPL-2.0
"""People cut out of photographs, and how they are put into other pictures.

The outline comes from GrabCut inside the labelled box; cut-outs that do not fill their box like a person are dropped.
"""
import cv2
import numpy as np

from . import geometry, sources
from .shape import HEIGHT, WIDTH

LEAST_HEIGHT, LEAST_WIDTH = 70, 22  # pixels in the source picture
MARGIN = 0.2


def candidates(row):
    """Labelled people who stand alone: none beside them, not cut by the frame."""
    if row["source"] in sources.FROM_ABOVE | sources.RENDERED:
        return
    others = np.concatenate([row["people"], row["ignore"], row["like"]])
    for k, box in enumerate(row["people"]):
        wide, high = box[2] - box[0], box[3] - box[1]
        inside = box[0] > 2 and box[1] > 2 and box[2] < row["width"] - 2 and box[3] < row["height"] - 1
        rest = np.delete(others, k, 0)
        alone = not len(rest) or geometry.covered_share(box[None].repeat(len(rest), 0), rest.T).max() < 0.05
        if inside and alone and high >= LEAST_HEIGHT and wide >= LEAST_WIDTH and 1.0 < high / wide < 5:
            yield box


def cut(image, box):
    """A cut-out [h, w, 4] as RGB and outline, or None when the outline is not to be believed."""
    wide, high = box[2] - box[0], box[3] - box[1]
    wider = box[None] + np.array([-wide, -high, wide, high], np.float32) * MARGIN
    around = geometry.clip(wider, image.shape[1], image.shape[0])[0].astype(int)
    patch = np.ascontiguousarray(image[around[1]:around[3], around[0]:around[2]])
    x, y = int(box[0]) - around[0], int(box[1]) - around[1]
    mask = np.zeros(patch.shape[:2], np.uint8)
    try:
        cv2.grabCut(patch, mask, (x, y, int(wide), int(high)), np.zeros((1, 65)), np.zeros((1, 65)), 4, cv2.GC_INIT_WITH_RECT)
    except cv2.error:
        return None
    person = ((mask == cv2.GC_FGD) | (mask == cv2.GC_PR_FGD)).astype(np.uint8)
    _, parts, stats, _ = cv2.connectedComponentsWithStats(person)
    if len(stats) < 2:
        return None
    largest = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    left, top, w, h, area = stats[largest]
    if area < 0.9 * person.sum() or h < 0.9 * high or w < 0.7 * wide or not 0.3 < area / (w * h) < 0.85:
        return None
    alpha = ((parts == largest) * 255).astype(np.uint8)[top:top + h, left:left + w]
    return np.dstack([patch[top:top + h, left:left + w], alpha])


def open_cutout(row):
    """Pixels and outline (0 to 1) of a stored cut-out."""
    store = row["store"]
    coded = store.data[row["offset"]:row["offset"] + row["length"]]
    image = cv2.cvtColor(cv2.imdecode(coded, cv2.IMREAD_UNCHANGED), cv2.COLOR_BGRA2RGBA)
    return image[..., :3], image[..., 3].astype(np.float32) / 255


def fitted(row, rng):
    """A cut-out at a random size and tone, as the view's own stretch would show it."""
    image, alpha = open_cutout(row)
    target = HEIGHT * float(np.exp(rng.uniform(np.log(0.16), np.log(1.1))))
    scale_y = target / image.shape[0]
    # Sources are whole pictures squeezed to a square; the view is 3 to 2.
    scale_x = scale_y * (WIDTH / row["source_width"]) / (HEIGHT / row["source_height"]) * float(np.exp(rng.uniform(-0.15, 0.15)))
    size = max(4, round(image.shape[1] * scale_x)), max(8, round(image.shape[0] * scale_y))
    way = cv2.INTER_AREA if scale_y < 1 else cv2.INTER_LINEAR
    image, alpha = cv2.resize(image, size, interpolation=way), cv2.resize(alpha, size, interpolation=way)
    if rng.random() < 0.5:
        image, alpha = image[:, ::-1], alpha[:, ::-1]
    return image, cv2.GaussianBlur(np.ascontiguousarray(alpha), (3, 3), 0)


def paste(view, row, rng):
    """One person more in a view."""
    image, alpha = fitted(row, rng)
    high, wide = alpha.shape
    x = int(rng.integers(-wide // 3, WIDTH - wide + wide // 3 + 1)) if wide < WIDTH else int((WIDTH - wide) / 2)
    # Feet on the ground: lower in the picture the larger they are, larger ones often cut by the frame.
    y = int(np.clip(HEIGHT * rng.uniform(0.35, 1.15), high * 0.7, HEIGHT + 0.45 * high) - high)
    cut_x, cut_y = slice(max(0, -x), max(0, min(wide, WIDTH - x))), slice(max(0, -y), max(0, min(high, HEIGHT - y)))
    image, alpha = image[cut_y, cut_x].astype(np.float32), alpha[cut_y, cut_x]
    if min(alpha.shape) < 6 or alpha.sum() < 0.3 * alpha.size:
        return view
    left, top = max(0, x), max(0, y)
    ground = view.image[top:top + alpha.shape[0], left:left + alpha.shape[1]].astype(np.float32)
    # Half way to the light of the place.
    tone = np.clip((ground.mean() + 20) / (image.mean() + 20), 0.4, 2.0) ** 0.5
    mixed = ground * (1 - alpha[..., None]) + np.clip(image * tone, 0, 255) * alpha[..., None]
    canvas = view.image.copy()
    canvas[top:top + alpha.shape[0], left:left + alpha.shape[1]] = mixed.astype(np.uint8)
    box = np.array([left, top, left + alpha.shape[1], top + alpha.shape[0]], np.float32)
    hidden = geometry.covered_share(view.people, box) > 0.6
    people = np.concatenate([view.people[~hidden], box[None]])
    return type(view)(canvas, people, np.concatenate([view.ignore, view.people[hidden]]), view.blind)
