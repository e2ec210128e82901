# SPDX-License-Identifier: MPL-2.0
"""What light, lens, sensor and coding do to a picture: made afresh each time a view is drawn."""
import cv2
import numpy as np


def light(image, rng):
    """Gamma, contrast, brightness and a tint; now and then night."""
    x = np.arange(256, dtype=np.float32) / 255
    gamma, contrast, lift = np.exp(rng.normal(0, 0.25)), np.exp(rng.normal(0, 0.2)), rng.normal(0, 0.08)
    if rng.random() < 0.08:
        contrast, lift = contrast * 0.45, lift - 0.05
    curve = (x**gamma - 0.5) * contrast + 0.5 * min(contrast, 1.0) + lift
    table = np.stack([curve * np.exp(rng.normal(0, 0.07)) for _ in range(3)], 1)
    return cv2.LUT(image, np.clip(table * 255, 0, 255).astype(np.uint8)[None])


def colour(image, rng):
    """Grey pictures (infrared cameras), pale and strong colours."""
    draw = rng.random()
    if draw >= 0.6:
        return image
    grey = cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    if draw < 0.15:
        return grey
    share = rng.uniform(0.4, 1.5)
    return cv2.addWeighted(image, share, grey, 1 - share, 0)


def harsh(image, rng):
    """A cheap camera's picture: blacks without detail, burnt whites, gaudy colours."""
    grey = cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    share = rng.uniform(1.2, 2.6)
    image = cv2.addWeighted(image, share, grey, 1 - share, 0)
    middle = float(np.clip(grey.mean() * rng.uniform(0.7, 1.4), 50, 205))
    gain = rng.uniform(1.4, 2.6)
    return cv2.addWeighted(image, gain, image, 0, middle * (1 - gain))


def patchy_light(image, rng):
    """A window's glare or a dark corner: brightness that changes across the picture."""
    height, width = image.shape[:2]
    coarse = rng.uniform(0.45, 1.5, (3, 4)).astype(np.float32)
    gain = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.clip(image * gain[..., None], 0, 255).astype(np.uint8)


def motion(image, rng):
    """Smear along a line, of 3 to 24 pixels and more often short: somebody near who walks while a slow shutter is open."""
    length = int(round(3 * 8 ** rng.random()))
    angle = rng.normal(0, 0.4) + (0 if rng.random() < 0.6 else np.pi / 2)
    kernel = np.zeros((length, length), np.float32)
    middle, reach = (length - 1) / 2, (length - 1) / 2 * np.array([np.cos(angle), np.sin(angle)])
    start, end = (np.rint([middle - reach[0], middle - reach[1]]), np.rint([middle + reach[0], middle + reach[1]]))
    cv2.line(kernel, tuple(int(v) for v in start), tuple(int(v) for v in end), 1.0)
    return cv2.filter2D(image, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REPLICATE)


def blur(image, rng):
    """Out of focus, motion, or enlarged from fewer pixels."""
    draw = rng.random()
    if draw < 0.06:
        return cv2.GaussianBlur(image, (0, 0), rng.uniform(0.5, 1.5))
    if draw < 0.13:
        return motion(image, rng)
    if draw < 0.22:
        factor = rng.uniform(0.35, 0.8)
        way = cv2.INTER_AREA if rng.random() < 0.5 else cv2.INTER_LINEAR
        small = cv2.resize(image, None, fx=factor, fy=factor, interpolation=way)
        return cv2.resize(small, (image.shape[1], image.shape[0]), interpolation=cv2.INTER_LINEAR)
    return image


class Photometric:
    """All changes, with a table of noise made once."""

    def __init__(self):
        self.noise = np.random.default_rng(0).normal(0, 1, 4_000_000).astype(np.float16)

    def grain(self, image, rng):
        """Sensor noise."""
        start = int(rng.integers(0, self.noise.size - image.size))
        noise = self.noise[start:start + image.size].reshape(image.shape).astype(np.float32)
        return cv2.add(image, (noise * rng.uniform(2, 12)).astype(np.int16), dtype=cv2.CV_8U)

    def __call__(self, image, rng):
        if rng.random() < 0.85:
            image = light(image, rng)
        if rng.random() < 0.08:
            image = patchy_light(image, rng)
        image = harsh(image, rng) if rng.random() < 0.06 else colour(image, rng)
        image = blur(image, rng)
        if rng.random() < 0.12:
            image = self.grain(image, rng)
        if rng.random() < 0.12:
            _, coded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(18, 70))])
            image = cv2.imdecode(coded, cv2.IMREAD_COLOR)
        return image
