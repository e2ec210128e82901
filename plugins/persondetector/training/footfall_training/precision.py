# SPDX-License-Identifier: MPL-2.0
"""Half precision where it is faster: emulated it takes ten times as long as single precision, and some processors that
have it are still slower in it."""
import functools
import time

import torch

_FLAGS = ("avx512_bf16", "amx_bf16", "bf16")


def _processor_has_bfloat16():
    """Whether the processor computes in bfloat16 itself."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as f:
            flags = next(line for line in f if line.startswith(("flags", "Features")))
    except (OSError, StopIteration):
        return False
    return any(flag in flags.split() for flag in _FLAGS)


@torch.enable_grad()
def _seconds(dtype):
    """Processor time of a convolution like the network's, forward and backward: the least of six."""
    layer = torch.nn.Conv2d(64, 64, 3, padding=1, bias=False).to(memory_format=torch.channels_last)
    pixels = torch.rand(8, 64, 32, 48, requires_grad=True)
    times = []
    for _ in range(6):
        start = time.process_time()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=dtype == torch.bfloat16):
            answer = layer(pixels.contiguous(memory_format=torch.channels_last))
        answer.float().sum().backward()
        times.append(time.process_time() - start)
    return min(times)


@functools.cache
def prefers_bfloat16(device):
    """Whether a kind of device ("cpu", "cuda") is faster in bfloat16; a processor is asked once, in a few milliseconds."""
    if device == "cuda":
        return torch.cuda.is_bf16_supported()
    return _processor_has_bfloat16() and _seconds(torch.bfloat16) < _seconds(torch.float32)


def autocast(device):
    """A context in which convolutions run in bfloat16 if that helps."""
    return torch.autocast(device, dtype=torch.bfloat16, enabled=prefers_bfloat16(device))
