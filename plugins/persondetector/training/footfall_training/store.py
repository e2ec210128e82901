# SPDX-License-Identifier: MPL-2.0
"""A store: pictures in their coded form (WebP, JPEG) in one file, labels beside it in JSON.

`NAME.bin` holds the pictures one after the other, `NAME.json` a row for each: where it lies, its size, source and fold,
and three lists of boxes [x0, y0, x1, y1] in its pixels: people, places to ignore, and things that only look like people.
Three thousand photographs take 50 MB, so a store travels to another machine as it is.
"""
import json
import os

import cv2
import numpy as np

BOX_KINDS = ("people", "ignore", "like")


class StoreWriter:
    """Writes a store; it appears under its name only when it is whole."""

    def __init__(self, folder, name):
        os.makedirs(folder, exist_ok=True)
        self.base = os.path.join(folder, name)
        self.rows, self.offset = [], 0
        self.file = open(self.base + ".bin.part", "wb")

    def add(self, coded, **row):
        """Appends one coded picture and its row."""
        self.file.write(coded)
        self.rows.append(dict(row, offset=self.offset, length=len(coded)))
        self.offset += len(coded)

    def close(self):
        """Moves the finished files to their names."""
        self.file.close()
        with open(self.base + ".json.part", "w", encoding="utf-8") as f:
            json.dump(self.rows, f)
        os.replace(self.base + ".bin.part", self.base + ".bin")
        os.replace(self.base + ".json.part", self.base + ".json")


class Store:
    """Reads one store."""

    def __init__(self, folder, name):
        base = os.path.join(folder, name)
        with open(base + ".json", encoding="utf-8") as f:
            self.rows = json.load(f)
        for row in self.rows:
            for kind in BOX_KINDS:
                row[kind] = np.array(row[kind], np.float32).reshape(-1, 4)
            row["store"] = self
        self.data = np.memmap(base + ".bin", np.uint8, "r")

    def picture(self, row):
        """The picture as RGB pixels."""
        coded = self.data[row["offset"]:row["offset"] + row["length"]]
        return cv2.cvtColor(cv2.imdecode(coded, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)


def names(folder):
    """Names of all whole stores in a folder."""
    return sorted(f[:-5] for f in os.listdir(folder) if f.endswith(".json"))


def rows_of(folder, fold, kinds=("photographs", "rendered")):
    """Rows of one fold of the stores of some kinds: "photographs", "rendered" or "cutouts", the first word of a store's name."""
    found = []
    for name in names(folder):
        if name.split("-")[0] in kinds:
            found += [r for r in Store(folder, name).rows if r["fold"] == fold]
    return found
