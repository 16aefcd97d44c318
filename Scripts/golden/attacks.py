#!/usr/bin/env python3
"""Writes the golden values of Tests/GREDAttacksTests/Golden: what other attack libraries find.

Run it from the repository's root, in an environment of its own:

    python -m venv .venv
    .venv/bin/pip install torch==2.13.0 numpy safetensors scipy requests gitpython eagerpy tqdm
    .venv/bin/pip install --no-deps adv-lib==0.2.8 foolbox==3.3.4 torchattacks==3.5.1
    .venv/bin/python Scripts/golden/attacks.py

The libraries come without their own dependencies: what is missing then (plots, pictures) no attack
here uses, and empty modules stand in for it.

A small convolutional network is trained for a few steps on blobs, each class's at its own place, and
every library attacks the same images of it. With the same versions on the same kind of processor the
script writes the same bytes again; elsewhere the weights may differ, and with them every file, so
that the files always belong together.
"""

import math
import sys
from pathlib import Path
from unittest import mock

import safetensors.torch
import torch
import torch.nn.functional as F
from torch import nn

for absent in ("visdom", "torchvision", "torchvision.models"):
    sys.modules.setdefault(absent, mock.MagicMock())

import foolbox
import torchattacks
from adv_lib.attacks.carlini_wagner.l2 import carlini_wagner_l2
from adv_lib.attacks.decoupled_direction_norm import ddn
from adv_lib.attacks.deepfool import df
from adv_lib.attacks.fast_adaptive_boundary import fab

GOLDEN = Path(__file__).resolve().parents[2] / "Tests" / "GREDAttacksTests" / "Golden"
CLASSES, SIDE, COUNT = 6, 12, 32
torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)


def write(name, tensors):
    tensors = {key: value.detach().contiguous().clone() for key, value in tensors.items()}
    path = GOLDEN / f"{name}.safetensors"
    path.write_bytes(safetensors.torch.save(tensors))
    print(f"{path.name}: {len(tensors)} tensors, {path.stat().st_size} bytes")


# The classifier and the images ------------------------------------------------------------------


def network():
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 3, padding=1),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(16 * (SIDE // 2) ** 2, CLASSES),
    )


def blobs(count, generator):
    """Images of 8-bit pixels in 0…1: a soft blob near its class's place on a circle, and noise."""
    labels = torch.arange(count) % CLASSES
    angle = labels * (2 * math.pi / CLASSES)
    jitter = torch.randn(count, 2, generator=generator) * 0.8
    middle = (SIDE - 1) / 2
    row = (middle + 3.2 * torch.sin(angle) + jitter[:, 0]).view(-1, 1, 1)
    column = (middle + 3.2 * torch.cos(angle) + jitter[:, 1]).view(-1, 1, 1)
    places = torch.arange(SIDE)
    distance = (places.view(1, -1, 1) - row) ** 2 + (places.view(1, 1, -1) - column) ** 2
    images = 0.2 + 0.6 * torch.exp(-distance / 6)
    images = images + 0.12 * torch.randn(count, SIDE, SIDE, generator=generator)
    return (images.clamp(0, 1) * 255).round().div(255).unsqueeze(1), labels


def trained(generator):
    torch.manual_seed(1)
    model = network()
    optimiser = torch.optim.Adam(model.parameters(), lr=0.003)
    for _ in range(120):
        images, labels = blobs(96, generator)
        optimiser.zero_grad()
        F.cross_entropy(model(images), labels).backward()
        optimiser.step()
    return model.eval().requires_grad_(False)


def subject():
    generator = torch.Generator().manual_seed(2)
    model = trained(generator)
    images, labels = blobs(COUNT, generator)
    # Two images that the classifier gets wrong already: there is nothing to do for them.
    labels[3] = (labels[3] + 1) % CLASSES
    labels[20] = (labels[20] + 2) % CLASSES
    shift = torch.randint(1, CLASSES, (COUNT,), generator=generator)
    targets = (labels + shift) % CLASSES
    return model, images, labels, targets


# What is written --------------------------------------------------------------------------------


def report(name, model, images, adversarial, labels, targeted=False):
    found = model(adversarial).argmax(1)
    reached = found == labels if targeted else found != labels
    length = (adversarial - images).flatten(1).norm(dim=1)
    print(
        f"  {name}: {int(reached.sum())} of {len(images)}, "
        f"median L2 of these {length[reached].median():.4f}"
    )


def main():
    GOLDEN.mkdir(parents=True, exist_ok=True)
    model, images, labels, targets = subject()
    logits = model(images)
    others = logits.scatter(1, labels.unsqueeze(1), -math.inf)
    margin = logits.gather(1, labels.unsqueeze(1)).squeeze(1) - others.logsumexp(1)
    print(f"accuracy {(logits.argmax(1) == labels).float().mean():.3f}, margins", margin)

    names = ["conv1.weight", "conv1.bias", "conv2.weight", "conv2.bias", "linear.weight", "linear.bias"]
    weights = dict(zip(names, model.state_dict().values(), strict=True))
    write(
        "subject",
        weights | {"images": images, "labels": labels, "targets": targets, "logits": logits},
    )

    fools = foolbox.PyTorchModel(model, bounds=(0, 1), device="cpu")

    def fool(attack, criterion, epsilon=None):
        return attack(fools, images, criterion, epsilons=epsilon)[1]

    def pgd(steps, epsilon=0.1, step=0.02, targeted=False):
        attack = torchattacks.PGD(model, eps=epsilon, alpha=step, steps=steps, random_start=False)
        if targeted:
            attack.set_mode_targeted_by_label(quiet=True)
        return attack(images, targets if targeted else labels)

    def pgd_l2(classes, targeted=False):
        attack = torchattacks.PGDL2(model, eps=1.0, alpha=0.2, steps=10, random_start=False)
        if targeted:
            attack.set_mode_targeted_by_label(quiet=True)
        return attack(images, classes)

    def square(epsilon):
        attack = torchattacks.Square(model, norm="Linf", eps=epsilon, n_queries=500, seed=0)
        return attack(images, labels)

    def cw(**settings):
        return carlini_wagner_l2(model, images, **settings)

    results = {
        "fgsm": {
            "foolbox": fool(foolbox.attacks.LinfFastGradientAttack(), labels, 0.1),
            "torchattacks": torchattacks.FGSM(model, eps=0.1)(images, labels),
        },
        "pgd": {
            "1 step": pgd(1),
            "10 steps": pgd(10),
            "targeted, 10 steps": pgd(10, epsilon=0.15, targeted=True),
        },
        "pgd-l2": {
            "10 steps": pgd_l2(labels),
            "targeted, 10 steps": pgd_l2(targets, targeted=True),
        },
        "square": {
            "epsilon 0.05, 500 queries": square(0.05),
            "epsilon 0.1, 500 queries": square(0.1),
        },
        "fab": {
            "20 steps": fab(model, images, labels, norm=2, n_iter=20),
            "100 steps": fab(model, images, labels, norm=2, n_iter=100),
        },
        "deepfool": {
            "foolbox": fool(foolbox.attacks.L2DeepFoolAttack(), labels),
            "adv-lib": df(model, images, labels, steps=50),
        },
        "ddn": {
            "20 steps": ddn(model, images, labels, steps=20),
            "100 steps": ddn(model, images, labels, steps=100),
            "targeted, 100 steps": ddn(model, images, targets, targeted=True, steps=100),
            "no levels, 100 steps": ddn(model, images, labels, steps=100, levels=None),
        },
        "cw": {
            "4 x 200": cw(labels=labels, binary_search_steps=4, max_iterations=200, initial_const=0.1),
            "9 x 100": cw(labels=labels, binary_search_steps=9, max_iterations=100),
            "targeted, 4 x 200": cw(
                labels=targets, targeted=True, binary_search_steps=4, max_iterations=200,
                initial_const=0.1,
            ),
            "confidence 2, 4 x 200": cw(
                labels=labels, confidence=2, binary_search_steps=4, max_iterations=200,
                initial_const=0.1,
            ),
        },
    }
    for attack, found in results.items():
        print(attack)
        for name, adversarial in found.items():
            targeted = name.startswith("targeted")
            report(name, model, images, adversarial, targets if targeted else labels, targeted)
        write(attack, found)


if __name__ == "__main__":
    main()
