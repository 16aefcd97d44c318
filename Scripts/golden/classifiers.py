#!/usr/bin/env python3
"""Writes the golden values of Tests/GREDClassifiersTests/Golden: what PyTorch says.

Run it from the repository's root, in an environment that has PyTorch and safetensors:

    python -m venv .venv && .venv/bin/pip install torch==2.13.0 numpy safetensors
    .venv/bin/python Scripts/golden/classifiers.py

A narrow VGG11 is trained for a minute on blobs, each class's at its own place; its weights are
float32, and everything that is expected of them is computed in float64. With the same version on
the same kind of processor the script writes the same bytes again; elsewhere the weights may differ,
and with them every file, so that the files always belong together.
"""

import math
from pathlib import Path

import safetensors.torch
import torch
import torch.nn.functional as F
from torch import nn

GOLDEN = Path(__file__).resolve().parents[2] / "Tests" / "GREDClassifiersTests" / "Golden"
CLASSES, SIDE, COUNT = 6, 12, 64
torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)


def write(name, tensors):
    tensors = {key: value.detach().contiguous().clone() for key, value in tensors.items()}
    path = GOLDEN / f"{name}.safetensors"
    path.write_bytes(safetensors.torch.save(tensors))
    print(f"{path.name}: {len(tensors)} tensors, {path.stat().st_size} bytes")


class VGG11(nn.Module):
    """Torchvision's `vgg11_bn` up to its pooling, with one linear layer, at 1/16 of its width."""

    def __init__(self, channels):
        super().__init__()
        layers = []
        for wide in [4, "M", 8, "M", 16, 16, "M", 32, 32, "M", 32, 32, "M"]:
            if wide == "M":
                layers.append(nn.MaxPool2d(2))
            else:
                layers += [nn.Conv2d(channels, wide, 3, padding=1), nn.BatchNorm2d(wide), nn.ReLU()]
                channels = wide
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Linear(channels, CLASSES)

    def forward(self, images):
        high, wide = (-size % 32 for size in images.shape[2:])
        border = (wide // 2, wide - wide // 2, high // 2, high - high // 2)
        maps = self.features(F.pad(images, border))
        return self.classifier(F.adaptive_avg_pool2d(maps, 1).flatten(1))


def weights(model):
    return {k: v for k, v in model.state_dict().items() if not k.endswith("num_batches_tracked")}


def in_double(state, channels):
    model = VGG11(channels).double()
    missing = model.load_state_dict({k: v.double() for k, v in state.items()}, strict=False)
    assert all(key.endswith("num_batches_tracked") for key in missing.missing_keys)
    return model.eval()


# The classifier and its images --------------------------------------------------------------------


def blobs(count, generator):
    """8-bit images: a soft blob near its class's place on a circle, and some noise; the ground is
    black in places, as a digit's is."""
    labels = torch.arange(count) % CLASSES
    angle = labels * (2 * math.pi / CLASSES)
    jitter = torch.randn(count, 2, generator=generator) * 0.8
    middle = (SIDE - 1) / 2
    row = (middle + 3.2 * torch.sin(angle) + jitter[:, 0]).view(-1, 1, 1)
    column = (middle + 3.2 * torch.cos(angle) + jitter[:, 1]).view(-1, 1, 1)
    places = torch.arange(SIDE)
    distance = (places.view(1, -1, 1) - row) ** 2 + (places.view(1, 1, -1) - column) ** 2
    images = 0.8 * torch.exp(-distance / 6)
    images = images + 0.12 * torch.randn(count, SIDE, SIDE, generator=generator)
    return (images.clamp(0, 1) * 255).round().to(torch.uint8).unsqueeze(1), labels


def unit(images):
    return images.float() / 255


def trained(generator):
    torch.manual_seed(1)
    model = VGG11(1)
    optimiser = torch.optim.Adam(model.parameters(), lr=0.003)
    for _ in range(200):
        images, labels = blobs(96, generator)
        optimiser.zero_grad()
        F.cross_entropy(model(unit(images)), labels).backward()
        optimiser.step()
    images, labels = blobs(600, generator)
    accuracy = (model.eval()(unit(images)).argmax(1) == labels).float().mean()
    print(f"accuracy {accuracy:.3f}")
    return weights(model)


# VGG11 --------------------------------------------------------------------------------------------


def parity(state, generator):
    """Logits, the gradient of Σ cotangent · logits by the pixels, and running statistics."""
    t = {}
    for name, channels, side, count in [("1x28x28", 1, 28, 3), ("3x32x32", 3, 32, 2)]:
        own = dict(state)
        if channels == 3:
            own["features.0.weight"] = torch.randn(4, 3, 3, 3, generator=generator) * 0.3
            t["3x32x32: features.0.weight"] = own["features.0.weight"]
        pixels = torch.randint(256, (count, channels, side, side), generator=generator)
        t[f"{name}: pixels"] = pixels.to(torch.uint8)
        t[f"{name}: cotangent"] = torch.randn(count, CLASSES, generator=generator)
        for mode in ["evaluation", "training"]:
            model = in_double(own, channels).train(mode == "training")
            images = unit(t[f"{name}: pixels"]).double().requires_grad_()
            logits = model(images)
            (logits * t[f"{name}: cotangent"].double()).sum().backward()
            t[f"{name}, {mode}: logits"] = logits
            t[f"{name}, {mode}: gradient"] = images.grad.float()
            if mode == "training":
                for key, value in weights(model).items():
                    if "running" in key:
                        t[f"{name}: {key}"] = value
    write("vgg11", t)


# The sensitivity ----------------------------------------------------------------------------------


def sensitivity(model, images):
    """S = |∂L/∂x| at the classifier's own label, without any margin: the label's and the other
    classes' gradients weighted by probabilities, S = |Σ_{i≠y} p_i (∂a_i/∂x − ∂a_y/∂x)| (the paper's
    Eq. 6 before its terms are gathered). In float64 no p_i is lost: even e^−700 is a number."""
    images = images.double().requires_grad_()
    logits = model(images)
    slopes = torch.stack(
        [torch.autograd.grad(logits[:, i].sum(), images, retain_graph=True)[0] for i in range(CLASSES)],
        1,
    )
    label = logits.argmax(1)
    pick = label.view(-1, 1, 1, 1, 1).expand(-1, 1, *images.shape[1:])
    p = (logits - logits.logsumexp(1, keepdim=True)).exp().scatter(1, label[:, None], 0.0)
    s = ((slopes - slopes.gather(1, pick)) * p.view(*p.shape, 1, 1, 1)).sum(1).abs()
    margin = -(p.sum(1) / (1 - p.sum(1))).log()
    return logits, label, margin, s.detach()


def sensitivities(state, generator):
    pixels, _ = blobs(COUNT, generator)
    images = unit(pixels)
    t = {"pixels": pixels}
    _, _, plain, _ = sensitivity(in_double(state, 1), images)
    print("margins as trained:", plain.min().item(), plain.median().item(), plain.max().item())
    for target in [1, 20, 90, 120, 400]:
        # The last layer is scaled, in float32, until the middle margin is as wanted.
        low, high = 0.0, 4096.0
        for _ in range(60):
            scale = torch.tensor((low + high) / 2, dtype=torch.float32).item()
            scaled = {k: v * scale if "classifier" in k else v for k, v in state.items()}
            logits, label, margin, s = sensitivity(in_double(scaled, 1), images)
            low, high = (scale, high) if margin.median() < target else (low, scale)
        assert abs(margin.median() / target - 1) < 0.02
        if target <= 20:
            # Cross entropy itself, where float64 can still hold 1 − p.
            x = images.double().requires_grad_()
            F.cross_entropy(in_double(scaled, 1)(x), label, reduction="sum").backward()
            error = (x.grad.abs() - s).flatten(1).norm(dim=1) / s.flatten(1).norm(dim=1)
            assert error[margin < 22].max() < 1e-5, error
        peak = s.flatten(1).amax(1)
        shape = s / peak.view(-1, 1, 1, 1)
        norm = shape.flatten(1).norm(dim=1)
        print(f"margin {target}: {margin.min():.3f} … {margin.max():.3f}, scale {scale}")
        t[f"{target}: scale"] = torch.tensor(scale)
        t[f"{target}: margin"] = margin
        t[f"{target}: map"] = (shape / norm.view(-1, 1, 1, 1)).float()
        t[f"{target}: log norm"] = norm.log() + peak.log()
    write("sensitivity", t)


if __name__ == "__main__":
    GOLDEN.mkdir(parents=True, exist_ok=True)
    generator = torch.Generator().manual_seed(2)
    state = trained(generator)
    write("weights", state)
    parity(state, generator)
    sensitivities(state, generator)
