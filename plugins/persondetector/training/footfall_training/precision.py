# SPDX-License-Identifier: MPL-2.0
"""Half precision where the processor computes in it; emulated it costs ten times as much as single precision."""
import functools

import torch


@functools.cache
def has_bfloat16(device):
    """Whether a kind of device ("cpu", "cuda") computes in bfloat16 itself."""
    if device == "cuda":
        return torch.cuda.is_bf16_supported()
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as f:
            flags = next(line for line in f if line.startswith(("flags", "Features")))
    except (OSError, StopIteration):
        return False
    return any(flag in flags.split() for flag in ("avx512_bf16", "amx_bf16", "bf16"))


def autocast(device):
    """A context in which convolutions run in bfloat16 if that helps."""
    return torch.autocast(device, dtype=torch.bfloat16, enabled=has_bfloat16(device))
