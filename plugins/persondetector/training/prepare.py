#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""Gathers labelled pictures into stores (see footfall_training/store.py).

    prepare.py --images ASSETS/images --out STORE          # the licensed photographs: STORE/photographs.*
    prepare.py --cutouts --out STORE                   # people cut out of those: STORE/cutouts.*
    prepare.py --rendered STILLS --out STORE --name rendered-1   # a folder of rendered stills with labels.json
    prepare.py --further FOLDER --out STORE --name photographs-2 # other licensed photographs, in the same form

Sources that may not be trained on are left out, by the closed list in footfall_training/sources.py. A store that is
there already is not written again; --force does.
"""
import argparse
import collections
import glob
import gzip
import json
import os
import sys
import tarfile

import cv2

from footfall_training import cutouts, sources
from footfall_training.store import StoreWriter, rows_of

# Tar shards of each labelled split of the photographs; `eval` is never read here.
SPLITS = {"train": "train-0[0-9].tar", "train-extra": "train-[1-9][0-9].tar"}
LEAST_VISIBLE = 0.2  # a rendered person with less in view is a place to ignore


def corners(bbox):
    """[x, y, w, h] to [x0, y0, x1, y1]."""
    x, y, w, h = bbox
    return [round(x, 2), round(y, 2), round(x + w, 2), round(y + h, 2)]


def boxes_by_picture(labels):
    """People, ignored places and person-like things of each picture id."""
    found = collections.defaultdict(lambda: dict(people=[], ignore=[], like=[]))
    for a in labels["annotations"]:
        hidden = a.get("visibility", 1.0) < LEAST_VISIBLE
        found[a["image_id"]]["ignore" if a.get("ignore") or hidden else "people"].append(corners(a["bbox"]))
    for thing in labels.get("person_like", []):
        found[thing["image_id"]]["like"].append(corners(thing["bbox"]))
    return found


class Gatherer:
    """Adds pictures to a store and counts what it took and left."""

    def __init__(self, folder, name):
        self.writer = StoreWriter(folder, name)
        self.ordinal, self.taken, self.left_out = collections.Counter(), collections.Counter(), collections.Counter()

    def add(self, meta, boxes, coded, split):
        source = meta["source"]
        if not sources.is_allowed(source):
            self.left_out[source] += 1
            return
        self.ordinal[source] += 1
        fold = sources.fold_of(source, self.ordinal[source])
        self.taken[(source, fold)] += 1
        self.writer.add(coded, id=f"{split}/{meta['id']}", name=meta["file_name"], source=source, fold=fold,
                        width=meta["width"], height=meta["height"], **boxes)

    def close(self):
        self.writer.close()
        for (source, fold), n in sorted(self.taken.items()):
            print(f"  {source:18} {fold:5} {n:5}")
        print(f"left out: {dict(self.left_out)}")
        print(f"{sum(self.taken.values())} pictures, {self.writer.offset / 2**20:.1f} MiB")


def photographs(folder, gatherer):
    """The two labelled training splits of ASSETS/images."""
    for split, pattern in SPLITS.items():
        with gzip.open(os.path.join(folder, split + ".json.gz"), "rt", encoding="utf-8") as f:
            labels = json.load(f)
        boxes, by_name = boxes_by_picture(labels), {m["file_name"]: m for m in labels["images"]}
        for shard in sorted(glob.glob(os.path.join(folder, pattern))):
            print(f"{split}: {os.path.basename(shard)}", flush=True)
            with tarfile.open(shard, "r:") as tar:
                for member in tar:
                    meta = by_name[member.name]
                    gatherer.add(meta, boxes[meta["id"]], tar.extractfile(member).read(), split)


def cut_people(folder, writer):
    """People of the stored photographs who could be cut out."""
    rows, tried, taken = rows_of(folder, "train", {"photographs"}), 0, 0
    for number, row in enumerate(rows):
        for box in cutouts.candidates(row):
            tried += 1
            cut = cutouts.cut(row["store"].picture(row), box)
            if cut is None:
                continue
            taken += 1
            _, coded = cv2.imencode(".webp", cv2.cvtColor(cut, cv2.COLOR_RGBA2BGRA), [cv2.IMWRITE_WEBP_QUALITY, 90])
            writer.add(coded.tobytes(), id=f"{row['id']}/{tried}", source=row["source"], fold="train",
                       width=cut.shape[1], height=cut.shape[0], source_width=row["width"], source_height=row["height"],
                       people=[], ignore=[], like=[])
        if number % 500 == 499:
            print(f"{number + 1} of {len(rows)} pictures, {taken} of {tried} people cut out", flush=True)
    writer.close()
    print(f"{taken} of {tried} people cut out, {writer.offset / 2**20:.1f} MiB")


def folders_of_pictures(folders, gatherer):
    """Folders of pictures, each with a labels.json of the same form.

    A picture without labels has one `ignore` box over the whole: there the teacher alone speaks.
    """
    for folder in folders:
        with open(os.path.join(folder, "labels.json"), encoding="utf-8") as f:
            labels = json.load(f)
        boxes = boxes_by_picture(labels)
        for n, meta in enumerate(labels["images"]):
            with open(os.path.join(folder, meta["file_name"]), "rb") as f:
                gatherer.add(meta, boxes[meta["id"]], f.read(), os.path.basename(os.path.normpath(folder)))
            if n % 500 == 499:
                print(f"{folder}: {n + 1} of {len(labels['images'])}", flush=True)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--images", help="folder of the labelled photographs")
    p.add_argument("--cutouts", action="store_true", help="cut people out of the photographs in --out")
    p.add_argument("--rendered", nargs="+", help="folders of rendered stills")
    p.add_argument("--further", nargs="+", help="folders of other licensed photographs")
    p.add_argument("--out", required=True, help="folder of stores")
    p.add_argument("--name", help="name of the store; it begins with its kind, `rendered` or `photographs`")
    p.add_argument("--force", action="store_true", help="write a store again that is there")
    a = p.parse_args()
    if sum(map(bool, (a.images, a.rendered, a.further, a.cutouts))) != 1:
        p.error("give one of --images, --rendered, --further and --cutouts")
    kind = "cutouts" if a.cutouts else "rendered" if a.rendered else "photographs"
    name = a.name or (kind if not a.further else kind + "-further")
    if name.split("-")[0] != kind:
        p.error(f"the name of this store must be `{kind}` or begin with `{kind}-`, not `{name}`")
    if os.path.exists(os.path.join(a.out, name + ".json")) and not a.force:
        print(f"{name} is there already")
        return 0
    if a.cutouts:
        cut_people(a.out, StoreWriter(a.out, name))
        return 0
    gatherer = Gatherer(a.out, name)
    if a.images:
        photographs(a.images, gatherer)
    else:
        folders_of_pictures(a.rendered or a.further, gatherer)
    gatherer.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
