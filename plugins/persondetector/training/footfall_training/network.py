# SPDX-License-Identifier: MPL-2.0
"""The network: plain 3x3 convolutions, partial (CSP) blocks, three output levels, one class.

Plain convolutions run fast in INT8 and in training on a CPU, where depthwise ones wait for memory. One score a cell and
the logarithms of four distances (left, top, right, bottom) from the cell's middle, in cells.
"""
from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F
from torch import nn


@dataclass(frozen=True)
class Config:
    """Widths and depths."""

    stem: int = 16
    widths: tuple = (32, 64, 128, 160)  # at strides 4, 8, 16, 32
    depths: tuple = (0, 1, 2, 1)  # residual pairs in each partial block
    hidden: tuple = (0, 32, 64, 80)  # channels that pass through the pairs
    neck: int = 48
    neck_hidden: int = 24
    head: int = 32

    def as_dict(self):
        return asdict(self)


class ConvBlock(nn.Module):
    """Convolution, batch normalisation, ReLU."""

    def __init__(self, channels_in, channels_out, kernel=3, stride=1):
        super().__init__()
        self.conv = nn.Conv2d(channels_in, channels_out, kernel, stride, kernel // 2, bias=False)
        self.bn = nn.BatchNorm2d(channels_out, eps=1e-3, momentum=0.03)

    def forward(self, x):
        return F.relu(self.bn(self.conv(x)), inplace=True)

    @torch.no_grad()
    def fold(self):
        """Puts the normalisation into the convolution, for export."""
        scale = self.bn.weight / torch.sqrt(self.bn.running_var + self.bn.eps)
        c = self.conv
        folded = nn.Conv2d(c.in_channels, c.out_channels, c.kernel_size, c.stride, c.padding)
        folded.weight.copy_(c.weight * scale[:, None, None, None])
        folded.bias.copy_(self.bn.bias - self.bn.running_mean * scale)
        self.conv, self.bn = folded, nn.Identity()


class PartialBlock(nn.Module):
    """Residual pairs of 3x3 convolutions on half of the channels; every stage is kept and mixed at the end."""

    def __init__(self, channels, depth, hidden):
        super().__init__()
        self.enter = ConvBlock(channels, 2 * hidden, 1)
        self.pairs = nn.ModuleList(nn.Sequential(ConvBlock(hidden, hidden), ConvBlock(hidden, hidden)) for _ in range(depth))
        self.leave = ConvBlock((2 + depth) * hidden, channels, 1)

    def forward(self, x):
        parts = list(self.enter(x).chunk(2, 1))
        for pair in self.pairs:
            parts.append(parts[-1] + pair(parts[-1]))
        return self.leave(torch.cat(parts, 1))


class Pyramid(nn.Module):
    """Three chained 5x5 maxima at stride 32: context up to the whole picture."""

    def __init__(self, channels):
        super().__init__()
        self.enter, self.leave = ConvBlock(channels, channels // 2, 1), ConvBlock(channels * 2, channels, 1)

    def forward(self, x):
        maxima = [self.enter(x)]
        for _ in range(3):
            maxima.append(F.max_pool2d(maxima[-1], 5, 1, 2))
        return self.leave(torch.cat(maxima, 1))


class Head(nn.Module):
    """Score and distances of one level."""

    def __init__(self, channels, hidden):
        super().__init__()
        self.score, self.box = ConvBlock(channels, hidden), ConvBlock(channels, hidden)
        self.score_out, self.box_out = nn.Conv2d(hidden, 1, 1), nn.Conv2d(hidden, 4, 1)

    def forward(self, x):
        both = torch.cat([self.score_out(self.score(x)), self.box_out(self.box(x))], 1)
        return both.flatten(2)


class PersonNet(nn.Module):
    """The whole network; raw rows [B, N, 5] from pictures [B, 3, H, W] in 0..1."""

    def __init__(self, config=Config()):
        super().__init__()
        self.config = config
        w, neck = config.widths, config.neck
        self.stem = ConvBlock(3, config.stem, 3, 2)
        self.down, self.stage = nn.ModuleList(), nn.ModuleList()
        before = config.stem
        for width, depth, hidden in zip(w, config.depths, config.hidden):
            self.down.append(ConvBlock(before, width, 3, 2))
            self.stage.append(PartialBlock(width, depth, hidden) if depth else nn.Identity())
            before = width
        self.pyramid = Pyramid(w[3])
        self.lateral = nn.ModuleList(ConvBlock(width, neck, 1) for width in w[1:])
        self.top16, self.top8 = ConvBlock(neck, neck), PartialBlock(neck, 1, config.neck_hidden)
        self.up16, self.up32 = ConvBlock(neck, neck, 3, 2), ConvBlock(neck, neck, 3, 2)
        self.out16, self.out32 = ConvBlock(neck, neck), ConvBlock(neck, neck)
        self.heads = nn.ModuleList(Head(neck, config.head) for _ in range(3))
        self.reset()

    def reset(self):
        """Random weights; scores begin near one in a hundred, boxes at two cells a side."""
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight, mode="fan_out", nonlinearity="relu")
        for head in self.heads:
            nn.init.normal_(head.score_out.weight, std=0.01)
            nn.init.constant_(head.score_out.bias, -4.6)
            nn.init.normal_(head.box_out.weight, std=0.01)
            nn.init.constant_(head.box_out.bias, 0.7)

    def levels(self, x):
        """Features at strides 8, 16, 32."""
        x, features = self.stem(x), []
        for down, stage in zip(self.down, self.stage):
            x = stage(down(x))
            features.append(x)
        fine, middle = self.lateral[0](features[1]), self.lateral[1](features[2])
        coarse = self.lateral[2](self.pyramid(features[3]))
        top16 = self.top16(middle + F.interpolate(coarse, scale_factor=2.0, mode="nearest"))
        top8 = self.top8(fine + F.interpolate(top16, scale_factor=2.0, mode="nearest"))
        out16 = self.out16(top16 + self.up16(top8))
        return top8, out16, self.out32(coarse + self.up32(out16))

    def forward(self, x):
        rows = [head(level) for head, level in zip(self.heads, self.levels(x))]
        return torch.cat(rows, 2).transpose(1, 2)

    def fold(self):
        """Folds every normalisation, in place."""
        for m in list(self.modules()):
            if isinstance(m, ConvBlock):
                m.fold()
        return self


def multiply_adds(net, width, height):
    """Multiply-adds of one pass, of all convolutions."""
    total = 0

    def count(module, _inputs, output):
        nonlocal total
        total += output.shape[2] * output.shape[3] * module.weight.numel()

    hooks = [m.register_forward_hook(count) for m in net.modules() if isinstance(m, nn.Conv2d)]
    training = net.training
    with torch.no_grad():
        net.eval()(torch.zeros(1, 3, height, width))
    for hook in hooks:
        hook.remove()
    net.train(training)
    return total
