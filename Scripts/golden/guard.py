#!/usr/bin/env python3
"""Writes the golden values of Tests/GREDTests/Golden: what PyTorch and Python's hmac say.

Run it from the repository's root, in an environment that has PyTorch and safetensors:

    python -m venv .venv && .venv/bin/pip install torch==2.13.0 numpy safetensors
    .venv/bin/python Scripts/golden/guard.py

On one kind of machine it is deterministic. Inputs are float32 (or 8-bit pixels), results float64.
"""

import numpy as np
import torch
import torch.nn.functional as F

from bundles import GOLDEN, VGG11, streams, used_to, votes, write, write_bundle

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


def masks():
    alpha, copies = 0.3, 2
    rng = np.random.default_rng(4)
    shape = (3, 3, 5, 7)
    pixels = rng.integers(40, 216, shape).astype(np.uint8)
    maps = rng.gamma(1.0, size=shape).astype(np.float32)
    t = {"pixels": torch.from_numpy(pixels), "map": torch.from_numpy(maps)}
    results = np.zeros((copies, *shape))
    for n, stream in enumerate(streams(pixels, "masks")):
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

    # Eqs. 9 to 12: the detector of less entropy decides.
    joined = torch.where(z["org"].abs() > z["sen"].abs(), z["org"], z["sen"])
    recovered, close = votes(models["rectifier"], pixels, s, alpha, copies)
    best = recovered.topk(2).values
    print("nearest to another verdict:", close, (best[:, 0] - best[:, 1]).min().item(),
          *(value.abs().min().item() for value in z.values()),
          (z["org"].abs() - z["sen"].abs()).abs().min().item())

    described["classifier"] = {
        "architecture": {"family": "vgg11", "width": 1 / 32},
        "inputShape": {"channels": 1, "height": 8, "width": 8}, "classNames": ["a", "b", "c"],
    }
    write_bundle(GOLDEN / "guard-of-format-1", models, {
        "schema": 1, "masking": {"alpha": alpha}, "copies": copies, **described,
    })
    write("verdicts", {
        "images": images.float(), "logits": logits, "labels": labels, "org": z["org"],
        "sen": z["sen"], "joined": joined, "recovered": recovered.argmax(1),
    })


if __name__ == "__main__":
    GOLDEN.mkdir(parents=True, exist_ok=True)
    sensitivity()
    masks()
    older_bundle()
