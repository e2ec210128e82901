#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""Trains the detector on the pool of views. May be stopped and started at any time.

    train.py --store STORE --pool POOL --run RUN                     # begins, or goes on where RUN/last.pt stands
    train.py ... --run RUN --init weights/ema.safetensors            # a new run from smoothed weights
    train.py ... --run RUN-final --decay-from RUN/last.pt --decay-minutes 15   # the end of a schedule, beside the run

The rate rises, then stays: a run has no planned end. --decay-from takes a copy of its state and brings the rate to
nothing; the weights to export come from there, while RUN itself can go on. SIGTERM saves and stops; SIGSTOP and SIGCONT
do no harm. On a CPU two single-threaded processes share each batch, which keeps its pace beside other work; on a GPU one
process does.
"""
import argparse
import csv
import datetime
import os
import signal
import sys
import time

import cv2
import numpy as np
import torch
import torch.distributed as dist
import torch.multiprocessing as mp

from footfall_training import state
from footfall_training.batches import Batches, window
from footfall_training.dev import Dev
from footfall_training.losses import loss
from footfall_training.muon import optimisers, set_rate
from footfall_training.network import PersonNet, multiply_adds
from footfall_training.precision import autocast
from footfall_training.shape import HEIGHT, WIDTH, cell_grid

EMA_EVERY, PRINT_EVERY, REFRESH_EVERY = 2, 50, 200  # steps
PARTS = ("score", "box", "taught_score", "taught_box")
DEV = ("photographs", "photographs_75", "from_above", "rendered")


class Trainer:
    """One process of a run; process 0 keeps the smoothed weights, the log and the files."""

    def __init__(self, a, rank):
        self.a, self.rank, self.device = a, rank, torch.device(a.device)
        torch.manual_seed(a.seed)
        cv2.setNumThreads(1)
        self.progress = dict(step=0, seen=0, seconds=0.0)
        self.net, smoothed = self.begin()
        self.net = self.net.to(self.device, memory_format=torch.channels_last).train()
        self.optimisers = optimisers(self.net, a.rate, a.adam_rate)
        self.smoothed = state.Smoothed(self.net, a.ema)
        self.restore(smoothed)
        self.batches = Batches(a.pool, a.batch // a.procs, dict(photographs=1 - a.rendered, rendered=a.rendered), a.seed, rank)
        self.params = list(self.net.parameters())
        self.first_step, self.started = self.progress["step"], time.monotonic()
        self.asked = self.stop = False  # a wish to stop counts when all processes have heard of it
        self.decay_before = self.progress.get("decay_seconds", 0.0)  # a stopped decay goes on where it was
        self.decayed = self.decay_before / (a.decay_minutes * 60)
        signal.signal(signal.SIGTERM, self.ask_to_stop)
        signal.signal(signal.SIGINT, self.ask_to_stop)
        if rank == 0:
            self.dev = Dev(a.store, a.device) if a.dev_minutes else None
            self.log = Log(a.run)

    def ask_to_stop(self, *_):
        """Stops at the end of a step."""
        self.asked = True

    def begin(self):
        """The network to start with, and a whole state to go on from if there is one."""
        last = os.path.join(self.a.run, "last.pt")
        for path in (last, self.a.decay_from):
            if path and os.path.exists(path):
                whole = state.load_whole(path)
                return PersonNet(state.config_of(whole["config"])), whole
        if self.a.decay_from:
            raise SystemExit(f"{self.a.decay_from} is not there")
        if self.a.init:
            net, note = state.load_weights(self.a.init)
            self.progress["seen"] = int(note.get("seen", 0))
            return net, None
        return PersonNet(), None

    def restore(self, whole):
        """Takes weights, smoothed weights, optimisers and progress from a whole state."""
        if whole is None:
            return
        self.net.load_state_dict(whole["net"])
        self.smoothed.net.load_state_dict(whole["ema"])
        for optimiser, kept in zip(self.optimisers, whole["optimisers"]):
            optimiser.load_state_dict(kept)
        self.progress = whole["progress"]

    def rate(self):
        """Share of the full rate: rising, level, or falling in a straight line to nothing."""
        if self.a.decay_from:
            return max(0.0, 1.0 - self.decayed)
        return min(1.0, (self.progress["step"] - (self.first_step if self.a.init else 0) + 1) / self.a.warm_steps)

    def batch(self):
        """Pixels, targets and cells of this step."""
        images, targets = self.batches.draw(self.progress["step"])
        width, height = WIDTH, HEIGHT
        rng = np.random.default_rng([self.a.seed, self.progress["step"], 1])  # the same size in all processes
        if rng.random() < self.a.windows:
            width, height = self.a.window
            images, targets = window(images, targets, width, height, rng)
        pixels = images.to(self.device).permute(0, 3, 1, 2).float().div_(255).contiguous(memory_format=torch.channels_last)
        return pixels, targets.to(self.device), torch.from_numpy(cell_grid(width, height)).to(self.device)

    def share_gradients(self):
        """Mean of all processes' gradients; the wish to stop and process 0's clock ride along."""
        elapsed = time.monotonic() - self.started
        self.stop = self.asked
        if self.a.procs > 1:
            news = torch.tensor([float(self.asked), elapsed if self.rank == 0 else 0.0])
            flat = torch.cat([p.grad.reshape(-1) for p in self.params] + [news])
            dist.all_reduce(flat)
            start = 0
            for p in self.params:
                p.grad.copy_(flat[start:start + p.numel()].view_as(p.grad)).div_(self.a.procs)
                start += p.numel()
            self.stop, elapsed = bool(flat[-2] > 0), float(flat[-1])
        if self.a.decay_from:
            self.decayed = (elapsed + self.decay_before) / (self.a.decay_minutes * 60)
            self.progress["decay_seconds"] = elapsed + self.decay_before
            self.stop |= self.decayed >= 1
        if self.a.minutes:
            self.stop |= elapsed >= self.a.minutes * 60

    def step(self):
        """One step; the parts of the loss as numbers."""
        set_rate(self.optimisers, self.rate())
        pixels, targets, cells = self.batch()
        with autocast(self.device.type):
            raw = self.net(pixels)
        total, parts = loss(raw, cells, targets, self.a.box_weight, self.a.teacher_weight)
        for optimiser in self.optimisers:
            optimiser.zero_grad(set_to_none=True)
        total.backward()
        self.share_gradients()
        torch.nn.utils.clip_grad_norm_(self.params, 20.0)
        for optimiser in self.optimisers:
            optimiser.step()
        self.progress["step"] += 1
        self.progress["seen"] += self.a.batch
        if self.rank == 0 and self.progress["step"] % EMA_EVERY == 0:
            self.smoothed.update(self.net, self.progress["step"] - (self.first_step if self.a.init else 0), EMA_EVERY)
        if self.progress["step"] % REFRESH_EVERY == 0:
            self.batches.refresh()
        return parts

    def save(self):
        """Writes last.pt and the smoothed weights."""
        state.save_whole(os.path.join(self.a.run, "last.pt"), self.net, self.smoothed, self.optimisers, self.progress)
        state.save_weights(os.path.join(self.a.run, "ema.safetensors"), self.smoothed.net, self.progress)

    def run(self):
        """Steps until asked to stop."""
        saved = scored = clock = time.monotonic()
        while not self.stop:
            parts = self.step()
            if self.rank:
                continue
            self.log.add(parts)
            now = time.monotonic()
            self.progress["seconds"] += now - clock
            clock = now
            if self.progress["step"] % PRINT_EVERY == 0:
                self.log.show(self.progress, self.rate())
            if now - saved > self.a.save_minutes * 60 or self.stop:
                self.save()
                saved = now
            if self.dev and (now - scored > self.a.dev_minutes * 60 or self.stop):
                self.log.write(self.progress, self.rate(), self.dev.score(self.smoothed.net))
                scored = clock = time.monotonic()


class Log:
    """Mean losses on the screen, and a row of log.csv for every score."""

    def __init__(self, run):
        self.sums, self.count = dict.fromkeys(PARTS, 0.0), 0
        self.file = open(os.path.join(run, "log.csv"), "a", newline="")
        self.rows = csv.writer(self.file)
        self.last_seen, self.last_time = None, time.monotonic()
        if self.file.tell() == 0:
            self.rows.writerow(["minutes", "step", "seen", "rate", *PARTS, *("dev_" + k for k in DEV)])

    def add(self, parts):
        self.count += 1
        for k in PARTS:
            self.sums[k] += parts[k]

    def means(self):
        return {k: v / max(1, self.count) for k, v in self.sums.items()}

    def show(self, progress, rate):
        now = time.monotonic()
        pace = (progress["seen"] - self.last_seen) / (now - self.last_time) if self.last_seen is not None else 0.0
        self.last_seen, self.last_time = progress["seen"], now
        losses = " ".join(f"{k} {v:.3f}" for k, v in self.means().items())
        print(f"{progress['seconds'] / 60:.1f} min step {progress['step']} rate {rate:.3f} {losses} {pace:.1f} pictures/s", flush=True)

    def write(self, progress, rate, scores):
        print("  dev " + " ".join(f"{k} {v:.4f}" for k, v in scores.items()), flush=True)
        numbers = [f"{v:.4f}" for v in self.means().values()] + [f"{scores[k]:.4f}" if k in scores else "" for k in DEV]
        self.rows.writerow([f"{progress['seconds'] / 60:.2f}", progress["step"], progress["seen"], f"{rate:.3f}", *numbers])
        self.file.flush()
        self.sums, self.count = dict.fromkeys(PARTS, 0.0), 0


def work(rank, a, meeting):
    """One process."""
    if a.device == "cpu":
        torch.set_num_threads(1)
    if a.procs > 1:
        dist.init_process_group("gloo", init_method="file://" + meeting, rank=rank, world_size=a.procs,
                                timeout=datetime.timedelta(days=1))  # a stopped process is waited for
    trainer = Trainer(a, rank)
    with open(os.path.join(a.run, f"pid-{rank}"), "w", encoding="utf-8") as f:
        f.write(str(os.getpid()))
    if rank == 0:
        net = trainer.net
        size, work_done = sum(p.numel() for p in net.parameters()), multiply_adds(PersonNet(net.config), WIDTH, HEIGHT)
        print(f"{size / 1e6:.2f} M parameters, {work_done / 1e6:.0f} M multiply-adds, from step {trainer.progress['step']}", flush=True)
    trainer.run()
    if a.procs > 1:
        dist.barrier()
        dist.destroy_process_group()


def arguments():
    """The command line."""
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--store", required=True, help="stores of prepare.py; their dev pictures are scored")
    p.add_argument("--pool", required=True, help="views of views.py")
    p.add_argument("--run", required=True, help="folder of the run: last.pt, ema.safetensors, log.csv, pid-*")
    p.add_argument("--init", help="smoothed weights to begin a new run from")
    p.add_argument("--decay-from", help="last.pt of a run whose schedule is ended here, in another --run")
    p.add_argument("--decay-minutes", type=float, default=15)
    p.add_argument("--minutes", type=float, default=0, help="stop after so long; 0: go on until stopped")
    p.add_argument("--batch", type=int, default=32)
    p.add_argument("--rendered", type=float, default=0.0, help="share of rendered views in a batch")
    p.add_argument("--rate", type=float, default=0.02, help="of Muon")
    p.add_argument("--adam-rate", type=float, default=2e-3)
    p.add_argument("--warm-steps", type=int, default=300)
    p.add_argument("--window", type=int, nargs=2, default=[288, 192], help="width and height of windows of the views")
    p.add_argument("--windows", type=float, default=0.0, help="share of the steps on windows, which cost half")
    p.add_argument("--box-weight", type=float, default=5.0)
    p.add_argument("--teacher-weight", type=float, default=1.0)
    p.add_argument("--ema", type=float, default=0.999, help="what the smoothed weights keep at each step")
    p.add_argument("--save-minutes", type=float, default=3)
    p.add_argument("--dev-minutes", type=float, default=8, help="0: never score")
    p.add_argument("--seed", type=int, default=0)
    p.add_argument("--device", default="cpu")
    p.add_argument("--procs", type=int, help="processes that share a batch: 2 on a CPU, 1 on a GPU")
    a = p.parse_args()
    a.procs = a.procs or (2 if a.device == "cpu" else 1)
    if a.batch % a.procs:
        p.error("--batch must divide by --procs")
    return a


def main():
    a = arguments()
    os.makedirs(a.run, exist_ok=True)
    meeting = os.path.abspath(os.path.join(a.run, ".meeting"))
    if os.path.exists(meeting):
        os.remove(meeting)
    if a.procs == 1:
        work(0, a, meeting)
    else:
        # The parent only waits; the processes save when they are asked to stop.
        context = mp.start_processes(work, (a, meeting), a.procs, join=False, start_method="spawn")
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda number, _frame: [os.kill(pid, number) for pid in context.pids()])
        while not context.join():
            pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
