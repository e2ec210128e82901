# SPDX-License-Identifier: MPL-2.0
"""Smoothed weights, and what is kept of a run on disk.

`last.pt` has everything to go on from in the same place; `ema.safetensors` the smoothed weights alone in half precision,
small enough for a repository and to go on from on another machine.
"""
import copy
import json
import os
import struct

import numpy as np
import torch

from .network import Config, PersonNet


class Smoothed:
    """Exponential mean of the weights (and of the normalisations' statistics)."""

    def __init__(self, net, decay):
        self.net, self.decay = copy.deepcopy(net), decay
        self.net.requires_grad_(False)

    @torch.no_grad()
    def update(self, net, step, every):
        """Called after every `every` steps; follows faster at the start."""
        keep = min(self.decay, (1 + step) / (10 + step)) ** every
        pairs = [(a, b) for a, b in zip(self.net.state_dict().values(), net.state_dict().values()) if a.dtype.is_floating_point]
        torch._foreach_lerp_([a for a, _ in pairs], [b for _, b in pairs], 1 - keep)


def save_whole(path, net, smoothed, optimisers, progress):
    """Writes last.pt; the old one stays until the new one is whole."""
    state = dict(config=net.config.as_dict(), net=net.state_dict(), ema=smoothed.net.state_dict(),
                 optimisers=[o.state_dict() for o in optimisers], progress=progress)
    torch.save(state, path + ".part")
    os.replace(path + ".part", path)


def load_whole(path):
    """Reads last.pt."""
    return torch.load(path, map_location="cpu", weights_only=True)


def save_weights(path, net, note):
    """Writes weights in half precision in the safetensors layout: a JSON header, then the numbers."""
    header, blobs, offset = {"__metadata__": {k: str(v) for k, v in note.items()}}, [], 0
    header["__metadata__"]["config"] = json.dumps(net.config.as_dict())
    for name, value in net.state_dict().items():
        if not value.dtype.is_floating_point:
            continue
        # Statistics of the normalisations can leave the range of half precision.
        kind, dtype = ("F32", np.float32) if value.ndim < 2 else ("F16", np.float16)
        blob = value.detach().cpu().contiguous().numpy().astype(dtype).tobytes()
        header[name] = dict(dtype=kind, shape=list(value.shape), data_offsets=[offset, offset + len(blob)])
        blobs.append(blob)
        offset += len(blob)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path + ".part", "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text)
        f.writelines(blobs)
    os.replace(path + ".part", path)


def load_weights(path):
    """A network with weights from a safetensors file, and the file's notes."""
    with open(path, "rb") as f:
        length = struct.unpack("<Q", f.read(8))[0]
        header, data = json.loads(f.read(length)), f.read()
    note = header.pop("__metadata__")
    net = PersonNet(config_of(json.loads(note["config"])))
    state = net.state_dict()
    for name, entry in header.items():
        low, high = entry["data_offsets"]
        array = np.frombuffer(data[low:high], np.float32 if entry["dtype"] == "F32" else np.float16)
        state[name] = torch.from_numpy(array.astype(np.float32).reshape(entry["shape"]))
    net.load_state_dict(state)
    return net, note


def config_of(values):
    """A Config from what JSON or a checkpoint keeps of it."""
    return Config(**{k: tuple(v) if isinstance(v, (list, tuple)) else v for k, v in values.items()})
