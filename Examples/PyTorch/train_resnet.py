#!/usr/bin/env python3
"""Trains a small ResNet in PyTorch and exports it, as somebody has it who wants a guard for it.

    gred data photographs --output sets
    python Examples/PyTorch/train_resnet.py sets --output resnet.pt2
    gred protect resnet.pt2 --data photographs --output guard

It trains on `fit` alone: the guard needs images that the classifier was not trained on. Needs torch,
numpy and safetensors. Beside the exported program stands a JSON file that says how images are
normalised and what the classes are called.
"""

import argparse
import json
import time
from pathlib import Path

import safetensors
import torch
import torch.nn.functional as F
from torch import nn


class Block(nn.Module):
    """Two convolutions and a shortcut (He et al. 2016)."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)
        self.shortcut = nn.Identity()
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )

    def forward(self, x):
        y = F.relu(self.norm1(self.conv1(x)))
        return F.relu(self.norm2(self.conv2(y)) + self.shortcut(x))


class SmallResNet(nn.Module):
    """Four stages of two blocks, after a stem that halves the image."""

    def __init__(self, channels, classes, width):
        super().__init__()
        layers = [
            nn.Conv2d(channels, width, 3, 2, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU()
        ]
        inputs = width
        for stage in range(4):
            outputs = width << stage
            for place in range(2):
                layers.append(Block(inputs, outputs, 2 if stage > 0 and place == 0 else 1))
                inputs = outputs
        self.features = nn.Sequential(*layers)
        self.dropout = nn.Dropout(0.2)
        self.output = nn.Linear(inputs, classes)

    def forward(self, images):
        return self.output(self.dropout(self.features(images).mean((2, 3))))


def read(file):
    with safetensors.safe_open(file, "pt") as opened:
        names = opened.metadata()["class_names"].split("\n")
        return opened.get_tensor("images"), opened.get_tensor("labels").long(), names


def augmented(images, generator):
    """Shifted by up to an eighth and mirrored, each image in its own way."""
    count, _, height, width = images.shape
    reach = height // 8
    padded = F.pad(images, (reach,) * 4, mode="reflect")
    down, right = torch.randint(0, 2 * reach + 1, (2, count), generator=generator)
    rows = torch.arange(height)[None] + down[:, None]
    columns = torch.arange(width)[None] + right[:, None]
    mirrored = torch.rand(count, generator=generator) < 0.5
    columns = torch.where(mirrored[:, None], columns.flip(1), columns)
    picked = torch.arange(count)[:, None, None]
    return padded.permute(0, 2, 3, 1)[picked, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)


def multiplications(model, image):
    """Of one image's convolutions and linear layers."""
    total = 0

    def count(layer, inputs, output):
        nonlocal total
        total += layer.weight[0].numel() * output[0].numel()

    layers = [m for m in model.modules() if isinstance(m, (nn.Conv2d, nn.Linear))]
    hooks = [layer.register_forward_hook(count) for layer in layers]
    with torch.no_grad():
        model(image)
    for hook in hooks:
        hook.remove()
    return total


def accuracy(model, images, labels, normalised):
    model.eval()
    right = 0
    with torch.no_grad():
        for part, expected in zip(images.split(256), labels.split(256)):
            right += (model(normalised(part)).argmax(1) == expected).sum().item()
    return right / len(labels)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("sets", type=Path, help="what `gred data … --output` wrote")
    parser.add_argument("--output", type=Path, required=True, help="NAME.pt2")
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--width", type=int, default=18, help="channels of the first stage")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    generator = torch.Generator().manual_seed(options.seed)

    images, labels, names = read(options.sets / "fit.safetensors")
    mean = images.float().div(255).mean((0, 2, 3))
    std = images.float().div(255).std((0, 2, 3))

    def normalised(part):
        return (part.float() / 255 - mean.view(1, -1, 1, 1)) / std.view(1, -1, 1, 1)

    model = SmallResNet(images.shape[1], len(names), options.width)
    macs = multiplications(model.eval(), normalised(images[:1]))
    print(f"{len(images)} images of {len(names)} classes; {macs / 1e6:.1f} million multiplications")

    batch = 128
    steps = -(-len(images) // batch)
    optimiser = torch.optim.SGD(
        model.parameters(), lr=0.1, momentum=0.9, nesterov=True, weight_decay=1e-3
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, max_lr=0.2, total_steps=steps * options.epochs
    )
    began = time.time()
    for epoch in range(options.epochs):
        model.train()
        total = 0.0
        for places in torch.randperm(len(images), generator=generator).split(batch):
            optimiser.zero_grad()
            logits = model(normalised(augmented(images[places].float(), generator)))
            loss = F.cross_entropy(logits, labels[places], label_smoothing=0.1)
            loss.backward()
            optimiser.step()
            schedule.step()
            total += loss.item() * len(places)
        print(
            f"epoch {epoch + 1}/{options.epochs}: loss {total / len(images):.3f},"
            f" {time.time() - began:.0f} s", flush=True,
        )
    for name in ["guard", "test"]:
        held_out, expected, _ = read(options.sets / f"{name}.safetensors")
        print(f"accuracy on {name}: {accuracy(model, held_out, expected, normalised):.3f}")

    # The mode is baked in, so it must be evaluation; the batch stays open.
    program = torch.export.export(
        model.eval(), (normalised(images[:2]),),
        dynamic_shapes=({0: torch.export.Dim("batch", min=1, max=1024)},),
    )
    torch.export.save(program, options.output)
    description = {"mean": mean.tolist(), "std": std.tolist(), "class_names": names}
    options.output.with_suffix(".json").write_text(json.dumps(description, indent=2) + "\n")
    print(f"{options.output}, and {options.output.with_suffix('.json').name} beside it")


if __name__ == "__main__":
    main()
