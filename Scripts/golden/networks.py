#!/usr/bin/env python3
"""Writes Tests/GREDClassifiersTests/Golden/networks.safetensors: what torchvision's networks say.

Run it from the repository's root, in an environment that has PyTorch and torchvision:

    python -m venv .venv
    .venv/bin/pip install torch==2.13.0 torchvision==0.28.0 numpy safetensors
    .venv/bin/python Scripts/golden/networks.py

The networks have up to 60 million weights, too many to keep. They are therefore made by a formula
that the tests repeat (`Tests/GREDClassifiersTests/FilledNetwork.swift`): each tensor from its name,
shape and a stream of SplitMix64 alone. The file holds the logits, computed in float64 from those
float32 weights, and under `cases` in its metadata what each network was built and filled with, and
the name and shape of every tensor in it.
"""

import json
import math
from pathlib import Path

import numpy as np
import safetensors.torch
import torch
import torch.nn.functional as F
from torch import nn

try:
    from torchvision import models
except RuntimeError:
    # A torchvision that was built for another PyTorch (CUDA's beside the CPU's) cannot load its own
    # operators. No network here needs them, but the import asks for their names.
    library = torch.library.Library("torchvision", "DEF")
    for name in ["nms", "qnms"]:
        library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    from torchvision import models

GOLDEN = Path(__file__).resolve().parents[2] / "Tests" / "GREDClassifiersTests" / "Golden"
COUNT = 2
torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)

# RandomStream, a second time ----------------------------------------------------------------------

GAMMA, MASK = 0x9E3779B97F4A7C15, 2**64 - 1


def mix(z):
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def start(seed, purpose, index=0):
    state = mix((seed + GAMMA) & MASK)
    for byte in purpose.encode():
        state = mix(state ^ byte)
    return mix(state ^ index)


def uniforms(name, count, low, high):
    """`count` float32 numbers in low … high, from the name alone, as the tests draw them."""
    seed = 0
    for byte in name.encode():
        seed = mix((start(seed ^ byte, "name") + GAMMA) & MASK)
    # Arrays of uint64 wrap around, as SplitMix64 wants.
    z = np.arange(1, count + 1, dtype=np.uint64)
    z *= np.uint64(GAMMA)
    z += np.uint64(start(seed, "values"))
    z ^= z >> np.uint64(30)
    z *= np.uint64(0xBF58476D1CE4E5B9)
    z ^= z >> np.uint64(27)
    z *= np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    unit = (z >> np.uint64(40)).astype(np.float32) * np.float32(2**-24)
    low, high = np.float32(low), np.float32(high)
    return low + (high - low) * unit


def filled(name, shape, gain):
    """The tensor of that name. Kernels and matrices are as He et al. (2015) start them, times
    `gain`, which keeps the activations of a deep network in bounds."""
    if len(shape) > 1:
        bound = gain * math.sqrt(6 / math.prod(shape[1:]))
        low, high = -bound, bound
    elif name.endswith("running_var"):
        low, high = 0.5, 1.5
    elif name.endswith("weight"):
        low, high = 0.5, 1.0
    else:
        low, high = -0.1, 0.1
    return torch.from_numpy(uniforms(name, math.prod(shape), low, high)).reshape(shape)


# The networks -------------------------------------------------------------------------------------


def resnet(depth):
    def make(channels, size, classes):
        model = getattr(models, f"resnet{depth}")(num_classes=classes)
        if channels != 3:
            model.conv1 = nn.Conv2d(channels, 64, 7, stride=2, padding=3, bias=False)
        return model

    return make


def inception(channels, size, classes):
    model = models.inception_v3(
        num_classes=classes, aux_logits=False, transform_input=False, init_weights=False
    )
    if channels != 3:
        model.Conv2d_1a_3x3.conv = nn.Conv2d(channels, 32, 3, stride=2, bias=False)
    return model


class CWnet(nn.Module):
    """The network of Carlini and Wagner (2017), Table I: MNIST's for grey images, else CIFAR's."""

    def __init__(self, channels, size, classes):
        super().__init__()
        first, second, units = (32, 64, 200) if channels == 1 else (64, 128, 256)
        self.features = nn.Sequential(
            *[nn.Conv2d(channels, first, 3), nn.ReLU(), nn.Conv2d(first, first, 3), nn.ReLU()],
            nn.MaxPool2d(2),
            *[nn.Conv2d(first, second, 3), nn.ReLU(), nn.Conv2d(second, second, 3), nn.ReLU()],
            nn.MaxPool2d(2),
            nn.Flatten(),
        )
        inputs = self.features(torch.zeros(1, channels, *size)).shape[1]
        self.classifier = nn.Sequential(
            *[nn.Linear(inputs, units), nn.ReLU(), nn.Dropout(0.5)],
            *[nn.Linear(units, units), nn.ReLU(), nn.Linear(units, classes)],
        )

    def forward(self, images):
        return self.classifier(self.features(images))


class VGG11(nn.Module):
    """The convolutions of torchvision's `vgg11_bn`, their mean and one linear layer; images are
    padded by zeros to multiples of 32 pixels, an odd pixel to the right and below."""

    def __init__(self, channels, size, classes):
        super().__init__()
        self.features = models.vgg11_bn(init_weights=False).features
        if channels != 3:
            self.features[0] = nn.Conv2d(channels, 64, 3, padding=1)
        self.classifier = nn.Linear(512, classes)

    def forward(self, images):
        high, wide = (-side % 32 for side in images.shape[2:])
        border = (wide // 2, wide - wide // 2, high // 2, high - high // 2)
        return self.classifier(self.features(F.pad(images, border)).mean([2, 3]))


# (name, network, gain, channels, height, width, classes)
CASES = [
    ("resnet18", resnet(18), 0.9, 3, 64, 64, 100),
    ("resnet18, grey", resnet(18), 1.0, 1, 49, 67, 7),
    ("resnet34", resnet(34), 0.9, 3, 64, 64, 100),
    ("resnet50", resnet(50), 0.9, 3, 64, 64, 1000),
    ("resnet50, grey", resnet(50), 1.0, 1, 49, 67, 7),
    ("resnet101", resnet(101), 0.85, 3, 64, 64, 100),
    ("resnet152", resnet(152), 0.8, 3, 64, 64, 100),
    ("inception_v3", inception, 1.3, 3, 299, 299, 1000),
    ("inception_v3, least", inception, 1.4, 3, 75, 75, 100),
    ("inception_v3, grey", inception, 1.4, 1, 80, 97, 7),
    ("cwnet, grey", CWnet, 1.0, 1, 28, 28, 10),
    ("cwnet, colour", CWnet, 1.0, 3, 32, 32, 10),
    ("cwnet, oblong", CWnet, 1.0, 2, 21, 34, 7),
    ("vgg11, odd", VGG11, 1.3, 3, 45, 71, 10),
    ("vgg11, grey", VGG11, 1.3, 1, 33, 40, 7),
]


def networks():
    # The first number of RandomStream(seed: 7, purpose: "noise", index: 3) in its own golden file.
    assert mix((start(7, "noise", 3) + GAMMA) & MASK) == 5935004047990251729
    tensors, cases = {}, {}
    for name, make, gain, channels, height, width, classes in CASES:
        torch.manual_seed(0)
        model = make(channels, (height, width), classes).eval()
        shapes = {
            key: list(value.shape)
            for key, value in model.state_dict().items()
            if not key.endswith("num_batches_tracked")
        }
        state = {key: filled(key, shape, gain) for key, shape in shapes.items()}
        missing = model.load_state_dict(state, strict=False)
        assert not missing.unexpected_keys
        assert all(key.endswith("num_batches_tracked") for key in missing.missing_keys)
        shape = (COUNT, channels, height, width)
        images = torch.from_numpy(uniforms("images", math.prod(shape), 0, 1)).reshape(shape)
        with torch.no_grad():
            single = model(images).double()
            logits = model.double()(images.double())
        # Logits that are too large, or hardly depend on the image, would test nothing.
        error = ((single - logits).abs() / logits.abs().clamp(min=1)).max().item()
        apart = (logits[0] - logits[1]).abs().max().item()
        print(f"{name}: up to {logits.abs().max():.3f}, {apart:.3f} apart, single {error:.1e}")
        assert error < 2e-5 and apart > 0.05 and 1 < logits.abs().max() < 100
        tensors[name] = logits
        cases[name] = {"images": shape, "classes": classes, "gain": gain, "state": shapes}
    # One text, since the order of several in the file is not fixed.
    text = json.dumps(cases, separators=(",", ":"))
    path = GOLDEN / "networks.safetensors"
    path.write_bytes(safetensors.torch.save(tensors, {"cases": text}))
    print(f"{path.name}: {len(tensors)} tensors, {path.stat().st_size} bytes")


if __name__ == "__main__":
    networks()
