#!/usr/bin/env python3
"""Writes the golden values of Tests/GREDTests/Golden: what PyTorch and Python's hmac say.

Run it from the repository's root, in an environment that has PyTorch and safetensors:

    python -m venv .venv && .venv/bin/pip install torch==2.13.0 numpy safetensors
    .venv/bin/python Scripts/golden/guard.py

It is deterministic. Inputs are float32 (or 8-bit pixels), results float64.
"""

import hashlib
import hmac
import json
from pathlib import Path

import numpy as np
import safetensors.torch
import torch
import torch.nn.functional as F
from torch import nn

GOLDEN = Path(__file__).resolve().parents[2] / "Tests" / "GREDTests" / "Golden"
torch.set_num_threads(1)


def write(name, tensors):
    tensors = {key: value.detach().contiguous().clone() for key, value in tensors.items()}
    path = GOLDEN / f"{name}.safetensors"
    path.write_bytes(safetensors.torch.save(tensors))
    print(f"{path.name}: {len(tensors)} tensors, {path.stat().st_size} bytes")


# The sensitivity (Eq. 1): autograd of cross entropy, in float64, where nothing is lost ------------


def sensitivity():
    generator = torch.Generator().manual_seed(3)
    t = {
        "images": torch.rand(16, 2, 3, 4, generator=generator),
        "hidden": torch.randn(32, 24, generator=generator) * 0.4,
        "output": torch.randn(4, 32, generator=generator) * 1.5,
    }
    images, hidden, output = (t[key].double() for key in ["images", "hidden", "output"])
    images.requires_grad_()
    logits = torch.tanh(images.flatten(1) @ hidden.T) @ output.T
    labels = logits.argmax(1)
    F.cross_entropy(logits, labels, reduction="sum").backward()
    s = images.grad.abs()
    peak = s.flatten(1).amax(1).view(-1, 1, 1, 1)
    p = logits.softmax(1).gather(1, labels[:, None])[:, 0]
    t |= {
        "labels": labels,
        "margin": (p / (1 - p)).log(),
        "raw": s,
        "log map": (s / peak).log().clamp(-16, 0),
        "log norm": s.flatten(1).norm(dim=1).log(),
    }
    print("margins", t["margin"].min().item(), t["margin"].max().item())
    write("sensitivity", t)


# The masks of published tables (Eqs. 13, 14) ------------------------------------------------------

MASK, GAMMA = 2**64 - 1, 0x9E3779B97F4A7C15


def mix(z):
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


class Stream:
    """SplitMix64 (Steele, Lea and Flood 2014) from a seed and a purpose."""

    def __init__(self, seed, purpose):
        state = mix((seed + GAMMA) & MASK)
        for byte in purpose.encode():
            state = mix(state ^ byte)
        self.state = mix(state ^ 0)

    def uniforms(self, count):
        numbers = []
        for _ in range(count):
            self.state = (self.state + GAMMA) & MASK
            numbers.append((mix(self.state) >> 40) / 2**24)
        return np.array(numbers)

    def normals(self, count):
        u = self.uniforms(count + count % 2)
        radius, angle = np.sqrt(-2 * np.log(1 - u[0::2])), 2 * np.pi * u[1::2]
        return np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1).reshape(-1)[:count]


def masks():
    secret = hashlib.sha256(b"GRED published tables").digest()
    alpha, copies = 0.3, 2
    rng = np.random.default_rng(4)
    shape = (3, 3, 5, 7)
    pixels = rng.integers(40, 216, shape).astype(np.uint8)
    maps = rng.gamma(1.0, size=shape).astype(np.float32)
    t = {"pixels": torch.from_numpy(pixels), "map": torch.from_numpy(maps)}
    results = np.zeros((copies, *shape))
    for n in range(shape[0]):
        code = hmac.new(secret, pixels[n].tobytes(), hashlib.sha256).digest()
        stream = Stream(int.from_bytes(code[:8], "little"), "masks")
        s = maps[n].astype(np.float64).max(0)
        suspect = s > alpha * (s.max() - s.min()) + s.min()
        image = pixels[n] / 255
        for copy in range(copies):
            coin = stream.uniforms(s.size).reshape(s.shape)
            normal = stream.normals(image.size).reshape(image.shape)
            random = np.clip(np.round((normal * image.std() + image.mean()) * 255), 0, 255) / 255
            results[copy, n] = np.where(suspect & (coin < 0.5), random, image)
    for copy in range(copies):
        t[f"copy {copy}"] = torch.from_numpy(np.round(results[copy] * 255).astype(np.uint8))
    write("masks", t)


# A bundle of format 1, and its verdicts ------------------------------------------------------------
#
# Whatever later programs write, they go on reading this one. It was not written by GRED: what the
# format's documentation says must be enough to make one.


class VGG11(nn.Module):
    """The built-in VGG11 at 1/32 of its width, padded to 32×32 with a value of its own."""

    def __init__(self, channels, classes, border=0.0):
        super().__init__()
        layers = []
        for wide in [2, "M", 4, "M", 8, 8, "M", 16, 16, "M", 16, 16, "M"]:
            if wide == "M":
                layers.append(nn.MaxPool2d(2))
            else:
                layers += [nn.Conv2d(channels, wide, 3, padding=1), nn.BatchNorm2d(wide), nn.ReLU()]
                channels = wide
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Linear(channels, classes)
        self.border = border

    def forward(self, images):
        high, wide = (-size % 32 for size in images.shape[2:])
        sides = (wide // 2, wide - wide // 2, high // 2, high - high // 2)
        maps = self.features(F.pad(images, sides, value=self.border))
        return self.classifier(maps.flatten(1))


def used_to(model, inputs, spread):
    """Weights in float32 whose normalisation knows the inputs, and logits that are apart."""
    model.train()
    for layer in model.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.momentum = None
    with torch.no_grad():
        model(inputs.float())
        model.eval()
        logits = model(inputs.float())
        scale = spread / logits.std(0).mean()
        model.classifier.weight *= scale
        model.classifier.bias.copy_((model.classifier.bias - logits.mean(0)) * scale)
    return model.double()


def older_bundle():
    shape, alpha, copies = (1, 8, 8), 0.3, 3
    torch.manual_seed(7)
    rng = np.random.default_rng(7)
    pixels = rng.integers(0, 256, (12, *shape)).astype(np.uint8)
    images = (torch.from_numpy(pixels).float() / 255).double()
    classifier = used_to(VGG11(1, 3), images, 2)

    # What the detectors read: the image, and the logarithmic form of Eq. 1 with two planes.
    given = images.clone().requires_grad_()
    logits = classifier(given)
    labels = logits.argmax(1)
    others = logits.masked_fill(F.one_hot(labels, 3).bool(), -torch.inf)
    margin = logits.gather(1, labels[:, None])[:, 0] - others.logsumexp(1)
    s = torch.autograd.grad(margin.sum(), given)[0].abs()
    peak = s.flatten(1).amax(1).view(-1, 1, 1, 1)
    planes = [
        (s / peak).log().clamp(-16, 0), -F.softplus(margin).view(-1, 1, 1, 1).expand_as(s),
        s.flatten(1).norm(dim=1).log().view(-1, 1, 1, 1).expand_as(s),
    ]
    read = {"org": images, "sen": torch.cat(planes, 1)}
    borders = {"org": 0.0, "sen": -16.0}

    models, described, z = {"classifier": classifier}, {}, {}
    for name, planes in read.items():
        means, deviations = planes.mean((0, 2, 3)), planes.var((0, 2, 3), correction=0).sqrt()
        standard = (planes - means.view(1, -1, 1, 1)) / deviations.view(1, -1, 1, 1)
        border = ((borders[name] - means[0]) / deviations[0]).item()
        models[name] = used_to(VGG11(planes.shape[1], 2, border), standard, 1.5)
        with torch.no_grad():
            l = models[name](standard)
        z[name] = l[:, 1] - l[:, 0]
        described[name] = {
            "architecture": {"family": "vgg11", "width": 1 / 32},
            "imageShape": {"channels": 1, "height": 8, "width": 8},
            "reading": "image" if name == "org" else "logarithmic sensitivity",
            "standardisation": {"means": means.tolist(), "deviations": deviations.tolist()},
        }
    models["rectifier"] = used_to(VGG11(1, 3), images, 2)

    # Eqs. 9 to 12: the detector of less entropy decides. Eqs. 13, 14: masked copies vote.
    joined = torch.where(z["org"].abs() > z["sen"].abs(), z["org"], z["sen"])
    secret = hashlib.sha256(b"GRED published tables").digest()
    total, close = torch.zeros(len(images), 3, dtype=torch.float64), []
    streams = [
        Stream(
            int.from_bytes(hmac.new(secret, p.tobytes(), hashlib.sha256).digest()[:8], "little"),
            "masks",
        )
        for p in pixels
    ]
    for _ in range(copies):
        masked = []
        for n, stream in enumerate(streams):
            m = s[n].numpy().max(0)
            threshold = alpha * m.max() + (1 - alpha) * m.min()
            close.append(np.abs(m - threshold).min() / m.max())
            coin = stream.uniforms(m.size).reshape(m.shape)
            image = pixels[n] / 255
            normal = stream.normals(image.size).reshape(image.shape)
            random = np.clip(np.round((normal * image.std() + image.mean()) * 255), 0, 255) / 255
            masked.append(np.where((m > threshold) & (coin < 0.5), random, image))
        with torch.no_grad():
            total += models["rectifier"](torch.from_numpy(np.stack(masked))).softmax(1)
    best = total.topk(2).values
    print("nearest to another verdict:", min(close), (best[:, 0] - best[:, 1]).min().item(),
          *(value.abs().min().item() for value in z.values()),
          (z["org"].abs() - z["sen"].abs()).abs().min().item())

    folder = GOLDEN / "guard-of-format-1"
    folder.mkdir(exist_ok=True)
    parts = {}
    for name, model in models.items():
        state = {
            key: value.float().contiguous() for key, value in model.state_dict().items()
            if not key.endswith("num_batches_tracked")
        }
        data = safetensors.torch.save(state)
        (folder / f"{name}.safetensors").write_bytes(data)
        parts[f"{name}.safetensors"] = {
            "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest(),
        }
    described["classifier"] = {
        "architecture": {"family": "vgg11", "width": 1 / 32},
        "inputShape": {"channels": 1, "height": 8, "width": 8}, "classNames": ["a", "b", "c"],
    }
    manifest = {
        "schema": 1, "madeBy": "gred 0.1.0", "classifierHash": parts["classifier.safetensors"]["sha256"],
        "masking": {"alpha": alpha}, "copies": copies, "training": ["on nothing"], "parts": parts,
        **described,
    }
    (folder / "guard.json").write_text(json.dumps(manifest, indent=2) + "\n")
    write("verdicts", {
        "images": images.float(), "logits": logits, "labels": labels, "org": z["org"],
        "sen": z["sen"], "joined": joined, "recovered": total.argmax(1),
    })


if __name__ == "__main__":
    GOLDEN.mkdir(parents=True, exist_ok=True)
    sensitivity()
    masks()
    older_bundle()
