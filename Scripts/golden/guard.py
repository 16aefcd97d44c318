#!/usr/bin/env python3
"""Writes the golden values of Tests/GREDTests/Golden: what PyTorch and Python's hmac say.

Run it from the repository's root, in an environment that has PyTorch and safetensors:

    python -m venv .venv && .venv/bin/pip install torch==2.13.0 numpy safetensors
    .venv/bin/python Scripts/golden/guard.py

It is deterministic. Inputs are float32 (or 8-bit pixels), results float64.
"""

import hashlib
import hmac
from pathlib import Path

import numpy as np
import safetensors.torch
import torch
import torch.nn.functional as F

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


if __name__ == "__main__":
    GOLDEN.mkdir(parents=True, exist_ok=True)
    sensitivity()
    masks()
