#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""Scores detectors on labelled pictures that nothing was trained on, with the CPU time of each, as Markdown tables.

    evaluate.py --assets ASSETS --model footfall-person.onnx footfall-person-int8.onnx --out table.md   # the eval split
    evaluate.py --assets ASSETS --model ... --stills FOLDER --out rendered.md      # a folder of rendered stills

Scores come from assets/images/tools/evaluate_ap.py. Every network of assets/models runs beside ours, in the same process
and on one thread; times are of the network alone, all networks taking turns. Recall and precision are at each model's own
suggested threshold.
"""
import argparse
import glob
import gzip
import io
import json
import os
import sys
import tarfile

import numpy as np
from PIL import Image

from footfall_training.contestants import OTHERS, Contestant, cpu_milliseconds, import_tools

COMPARED = "yolox_nano_416"  # the one to compare times with


def eval_split(assets):
    """Labels of the eval split, and its pictures one after the other."""
    folder = os.path.join(assets, "images")
    with gzip.open(os.path.join(folder, "eval.json.gz"), "rt", encoding="utf-8") as f:
        labels = json.load(f)
    ids = {m["file_name"]: m["id"] for m in labels["images"]}

    def pictures():
        for shard in sorted(glob.glob(os.path.join(folder, "eval-[0-9][0-9].tar"))):
            with tarfile.open(shard, "r:") as tar:
                for member in tar:
                    yield ids[member.name], np.asarray(Image.open(io.BytesIO(tar.extractfile(member).read())).convert("RGB"))
    return labels, pictures


def stills(folder):
    """The same of a folder of rendered stills."""
    with open(os.path.join(folder, "labels.json"), encoding="utf-8") as f:
        labels = json.load(f)

    def pictures():
        for meta in labels["images"]:
            yield meta["id"], np.asarray(Image.open(os.path.join(folder, meta["file_name"])).convert("RGB"))
    return labels, pictures


def detections(contestants, pictures, count):
    """What everybody finds, as evaluate_ap wants it; also one picture to measure time on."""
    found, first = {c.name: [] for c in contestants}, None
    for number, (picture_id, image) in enumerate(pictures()):
        first = image if first is None else first
        for c in contestants:
            for x0, y0, x1, y1, score in c.detect(image):
                box = [float(x0), float(y0), float(x1 - x0), float(y1 - y0)]
                found[c.name].append(dict(image_id=picture_id, bbox=box, score=float(score)))
        if number % 50 == 49:
            print(f"{number + 1} of {count} pictures", file=sys.stderr, flush=True)
    return found, first


def part(labels, found, source):
    """Labels and detections of one source."""
    images = [m for m in labels["images"] if m["source"] == source]
    ids = {m["id"] for m in images}
    annotations = [x for x in labels["annotations"] if x["image_id"] in ids]
    return dict(images=images, annotations=annotations), [d for d in found if d["image_id"] in ids]


def scores(contestants, labels, found, evaluator):
    """Rows of evaluate_ap: in total, and by source where there are people."""
    result = {}
    for c in contestants:
        rows = {"all": evaluator.evaluate(labels, found[c.name], c.spec.conf)}
        for source in sorted({m["source"] for m in labels["images"]}):
            some, boxes = part(labels, found[c.name], source)
            if any(not x.get("ignore") for x in some["annotations"]):
                rows[source] = evaluator.evaluate(some, boxes, c.spec.conf)
        result[c.name] = rows
    return result


def likeness_hits(labels, found, threshold):
    """Detections above the threshold whose middle lies in a person-like thing and on no person."""
    def holds(box, x, y):
        return box[0] <= x <= box[0] + box[2] and box[1] <= y <= box[1] + box[3]

    people, things, hits = {}, {}, 0
    for kind, lists in ((people, labels["annotations"]), (things, labels.get("person_like", []))):
        for entry in lists:
            kind.setdefault(entry["image_id"], []).append(entry["bbox"])
    for d in found:
        if d["score"] >= threshold:
            x, y = d["bbox"][0] + d["bbox"][2] / 2, d["bbox"][1] + d["bbox"][3] / 2
            on_person = any(holds(b, x, y) for b in people.get(d["image_id"], []))
            hits += not on_person and any(holds(b, x, y) for b in things.get(d["image_id"], []))
    return hits


def number(value):
    """Three decimals; a dash where there is nothing to score."""
    return "-" if value != value else f"{value:.3f}"


def table(header, rows):
    """A Markdown table."""
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(r) + " |" for r in rows])


def report(contestants, labels, found, result, times):
    """All tables."""
    base = times.get(COMPARED)
    totals, by_source, by_height = [], [], []
    sources = [s for s in next(iter(result.values())) if s != "all"]
    for c in contestants:
        rows, name = result[c.name], f"**{c.name}**" if c.ours else c.name
        every = rows["all"]["slices"]["all"]
        ratio = f"{times[c.name] / base:.2f}" if base else "-"
        totals.append([name, *(number(every[k]) for k in ("AP50", "AP50:95", "recall", "precision")),
                       f"{c.spec.conf:g}", str(rows["all"]["detections_there"]), str(likeness_hits(labels, found[c.name], c.spec.conf)),
                       f"{times[c.name]:.1f}", ratio, f"{os.path.getsize(c.path) / 1e6:.2f}"])
        by_source.append([name] + [number(rows[s]["slices"]["all"]["AP50"]) for s in sources])
        by_height.append([name] + [number(v["AP50"]) for k, v in rows["all"]["slices"].items() if k != "all"])
    first = next(iter(result.values()))
    empty = first["all"]["images_without_people"]
    heads = ["model", "AP50", "AP50:95", "recall", "precision", "at score", f"found on {empty} pictures without people",
             "on person-like things", "CPU ms", f"of {COMPARED}", "MB"]
    labels_row = ["labels"] + [str(first[s]["slices"]["all"]["labels"]) for s in sources]
    heights = [k for k in first["all"]["slices"] if k != "all"]
    heights_row = ["labels"] + [str(first["all"]["slices"][k]["labels"]) for k in heights]
    return "\n\n".join([table(heads, totals), "AP50 by source:", table(["model", *sources], [labels_row, *by_source]),
                        "AP50 by height of the person in the picture:", table(["model", *heights], [heights_row, *by_height])]) + "\n"


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--assets", required=True)
    p.add_argument("--model", nargs="+", default=[], help="our ONNX files")
    p.add_argument("--stills", help="a folder of rendered stills instead of the eval split")
    p.add_argument("--others", nargs="*", default=list(OTHERS), help="names of assets/models to run beside")
    p.add_argument("--rounds", type=int, default=40, help="of the time measurement")
    p.add_argument("--out", help="Markdown file; else stdout")
    p.add_argument("--json", help="all rows")
    a = p.parse_args()
    decoders, evaluator = import_tools(a.assets)
    paths = a.model + [os.path.join(a.assets, "models", name + ".onnx") for name in a.others]
    contestants = [Contestant(path, decoders) for path in paths]
    labels, pictures = stills(a.stills) if a.stills else eval_split(a.assets)
    found, image = detections(contestants, pictures, len(labels["images"]))
    result = scores(contestants, labels, found, evaluator)
    text = report(contestants, labels, found, result, cpu_milliseconds(contestants, image, a.rounds))
    if a.json:
        with open(a.json, "w", encoding="utf-8") as f:
            json.dump(result, f, indent=1)
    if a.out:
        with open(a.out, "w", encoding="utf-8") as f:
            f.write(text)
    else:
        print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
