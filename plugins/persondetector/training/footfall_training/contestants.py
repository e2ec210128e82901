# SPDX-License-Identifier: MPL-2.0
"""Detectors side by side: ours by its metadata, others through the assets' own reference decoders."""
import ast
import os
import sys
import time

import cv2
import numpy as np

# Networks of assets/models; the layout_* files are these networks again. The AGPL one is measured, never a teacher.
OTHERS = (
    "yolox_nano_416", "picodet_s_416", "nanodet_m_320", "fastestdet_352", "person_0200_detout",
    "person_retail_0013_detout", "yolov8n_640_int8_AGPL",
)
LEAST_SCORE, NMS_IOU, MOST_BOXES = 0.01, 0.5, 100


def import_tools(assets):
    """The reference decoders and the evaluator of the assets."""
    sys.path[:0] = [os.path.join(assets, "tools"), os.path.join(assets, "images", "tools")]
    import evaluate_ap
    import reference_decoders
    reference_decoders.resize_bilinear = lambda image, w, h: cv2.resize(image, (w, h), interpolation=cv2.INTER_LINEAR)
    return reference_decoders, evaluate_ap


class Contestant:
    """One ONNX detector on one thread."""

    def __init__(self, path, decoders):
        self.path, self.name, self.decoders = path, os.path.splitext(os.path.basename(path))[0], decoders
        self.session = decoders.open_session(path, 1)
        notes = self.session.get_modelmeta().custom_metadata_map
        self.ours = notes.get("author") == "Footfall"
        if "head" in notes and "imgsz" in notes:
            height, width = ast.literal_eval(notes["imgsz"])
            self.spec = decoders.Spec("yolox", width, height, image_input=self.session.get_inputs()[0].name)
            self.spec.color, self.spec.resize = notes["color"], notes["resize"]
            self.spec.conf, self.spec.person = float(notes["threshold"]), int(notes["person_class"])
        else:
            self.spec = decoders.recognise(self.session)
        self.feed = None

    def detect(self, image):
        """Boxes x0, y0, x1, y1, score in the picture's pixels."""
        return self.decoders.detect(self.session, self.spec, image, LEAST_SCORE, NMS_IOU)[:MOST_BOXES]

    def network_seconds(self, image):
        """CPU seconds of the network alone."""
        if self.feed is None:
            self.feed, _ = self.decoders.preprocess(image, self.spec)
        start = time.process_time()
        self.decoders.run(self.session, self.spec, self.feed, image.shape)
        return time.process_time() - start


def cpu_milliseconds(contestants, image, rounds):
    """Median CPU time of each network; all take turns, so that a busy moment meets all."""
    times = {c.name: [] for c in contestants}
    for number in range(rounds + 2):
        for c in contestants:
            seconds = c.network_seconds(image)
            if number >= 2:
                times[c.name].append(seconds * 1000)
    return {name: float(np.median(t)) for name, t in times.items()}
