# SPDX-License-Identifier: MPL-2.0
"""The pool of views: folders of some hundred finished views, read through the page cache.

A shard KIND-SEED-NUMBER holds `image.npy` [n, H, W, 3], `teacher.npy` [n, cells, 5] in half precision (absent where no
teacher was asked) and `boxes.npz`. Training draws from whatever shards are there and looks again now and then, so that
shards may be added and the oldest removed while it runs.
"""
import os
import shutil

import numpy as np

BOXES = ("people", "ignore", "blind")


def write_shard(folder, name, views, teacher):
    """Writes one shard; it appears under its name when it is whole."""
    part = os.path.join(folder, "." + name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    os.makedirs(part)
    np.save(os.path.join(part, "image.npy"), np.stack([v.image for v in views]))
    if teacher is not None:
        np.save(os.path.join(part, "teacher.npy"), np.stack(teacher))
    arrays = {}
    for kind in BOXES:
        lists = [getattr(v, kind) for v in views]
        arrays[kind] = np.concatenate(lists).astype(np.float32)
        arrays[kind + "_ends"] = np.cumsum([len(b) for b in lists])
    np.savez(os.path.join(part, "boxes.npz"), **arrays)
    os.rename(part, os.path.join(folder, name))


class Shard:
    """One shard, mapped."""

    def __init__(self, path):
        self.image = np.load(os.path.join(path, "image.npy"), mmap_mode="r")
        taught = os.path.join(path, "teacher.npy")
        self.teacher = np.load(taught, mmap_mode="r") if os.path.exists(taught) else None
        with np.load(os.path.join(path, "boxes.npz")) as arrays:
            self.boxes = {k: np.split(arrays[k], arrays[k + "_ends"][:-1]) for k in BOXES}

    def __len__(self):
        return len(self.image)


class Pool:
    """All shards of a folder, by kind (the first word of a shard's name)."""

    def __init__(self, folder):
        self.folder, self.shards = folder, {}
        self.refresh()

    def refresh(self):
        """Takes up new shards, forgets removed ones."""
        there = {n for n in sorted(os.listdir(self.folder)) if not n.startswith(".")} if os.path.isdir(self.folder) else set()
        for name in sorted(there - set(self.shards)):
            try:
                self.shards[name] = Shard(os.path.join(self.folder, name))
            except FileNotFoundError:
                continue  # removed between listing and opening
        for name in set(self.shards) - there:
            del self.shards[name]

    def kinds(self):
        """Kinds of shards there are."""
        return sorted({name.split("-")[0] for name in self.shards})

    def index(self, kind):
        """(shard, number) of every view of a kind."""
        names = sorted(n for n in self.shards if n.split("-")[0] == kind)
        return [(name, k) for name in names for k in range(len(self.shards[name]))]


def remove_oldest(folder, kind, keep):
    """Removes the oldest shards of a kind until only `keep` are left."""
    paths = [os.path.join(folder, n) for n in os.listdir(folder) if n.startswith(kind + "-")]
    paths.sort(key=os.path.getmtime)
    for path in paths[:max(0, len(paths) - keep)]:
        shutil.rmtree(path)
