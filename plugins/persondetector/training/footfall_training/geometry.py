# SPDX-License-Identifier: MPL-2.0
"""Geometric changes: one homography for crop, scale, aspect, turn and the tilt of a camera that looks down."""
import cv2
import numpy as np

# Points on the ellipse that fills a box. People are closer to it than to the box's corners, so that a turned box stays
# tight; pure scaling gives the box itself.
_ANGLES = np.arange(24) * (np.pi / 12)
_RIM = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], 1)


def warp_boxes(matrix, boxes):
    """Boxes [n, 4] after a homography; they may reach outside the picture."""
    if not len(boxes):
        return boxes.reshape(-1, 4)
    centre, half = (boxes[:, None, :2] + boxes[:, None, 2:]) / 2, (boxes[:, None, 2:] - boxes[:, None, :2]) / 2
    points = centre + half * _RIM[None]
    out = np.concatenate([points, np.ones((*points.shape[:2], 1))], 2) @ matrix.T
    xy = out[..., :2] / np.maximum(out[..., 2:], 1e-6)
    return np.concatenate([xy.min(1), xy.max(1)], 1).astype(np.float32)


def scaling(sx, sy, x, y):
    """Scales and moves; pixel centres at half."""
    return np.array([[sx, 0, x + 0.5 * sx - 0.5], [0, sy, y + 0.5 * sy - 0.5], [0, 0, 1]], np.float64)


def around(x, y, matrix):
    """The same change, taken around a point."""
    to, back = np.eye(3), np.eye(3)
    to[:2, 2], back[:2, 2] = (-x, -y), (x, y)
    return back @ matrix @ to


def turn(degrees):
    """A turn around the origin."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1.0]])


def tilt(height, strength):
    """What a camera sees that looks further down: the lower part lies further off, so feet draw together and bodies shorten.

    strength 0 to about 0.6: by how much the lower edge shrinks; negative the other way (a low camera that looks up).
    """
    matrix = np.eye(3)
    matrix[2, 1] = strength / height
    matrix[1, 1] = 1 + 0.5 * strength  # keep the middle about where it was
    return matrix


def quarter_turns(image, box_lists, times):
    """Turns a picture and its boxes by quarters."""
    for _ in range(times):
        width = image.shape[1]
        image = np.rot90(image)
        box_lists = [np.stack([b[:, 1], width - b[:, 2], b[:, 3], width - b[:, 0]], 1) if len(b) else b for b in box_lists]
    return np.ascontiguousarray(image), box_lists


def warp_picture(image, matrix, width, height, fill):
    """Draws the picture through a homography; halves it first where it shrinks by more than two."""
    corner = np.array([[0, 0, 1], [image.shape[1], 0, 1], [0, image.shape[0], 1]], np.float64) @ matrix.T
    corner = corner[:, :2] / corner[:, 2:]
    scale = min(np.linalg.norm(corner[1] - corner[0]) / image.shape[1], np.linalg.norm(corner[2] - corner[0]) / image.shape[0])
    while scale < 0.5 and min(image.shape[:2]) >= 8:
        half = (image.shape[1] // 2, image.shape[0] // 2)
        back = scaling(image.shape[1] / half[0], image.shape[0] / half[1], 0, 0)
        image, matrix, scale = cv2.resize(image, half, interpolation=cv2.INTER_AREA), matrix @ back, scale * 2
    return cv2.warpPerspective(image, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=fill)


def areas(boxes):
    """Areas of boxes [n, 4]."""
    return np.clip(boxes[:, 2] - boxes[:, 0], 0, None) * np.clip(boxes[:, 3] - boxes[:, 1], 0, None)


def clip(boxes, width, height):
    """Boxes cut to the picture."""
    return np.clip(boxes, 0, np.array([width, height, width, height], np.float32))


def covered_share(boxes, cover):
    """Which share of each box one other box covers."""
    x = np.clip(np.minimum(boxes[:, 2], cover[2]) - np.maximum(boxes[:, 0], cover[0]), 0, None)
    y = np.clip(np.minimum(boxes[:, 3], cover[3]) - np.maximum(boxes[:, 1], cover[1]), 0, None)
    return x * y / np.maximum(areas(boxes), 1e-6)
