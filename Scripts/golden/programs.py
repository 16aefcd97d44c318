#!/usr/bin/env python3
"""Writes Tests/LibTorchTests/Golden/programs: exported programs and what PyTorch says of them.

Run it from the repository's root, in an environment that has PyTorch and safetensors:

    python -m venv .venv && .venv/bin/pip install torch==2.13.0 numpy safetensors
    .venv/bin/python Scripts/golden/programs.py

It is deterministic: with the same PyTorch it writes the same bytes again. `NAME.pt2` is a network
as `torch.export.save` writes it, less the notes on where in which source file each call stood (the
classes below say why each is there). `programs.safetensors` holds for each, computed by eager
PyTorch in float32, one thread, from the module that was exported:

    NAME/input       float32 images in 0 … 1, with another batch size than the one of the export
    NAME/output      what the network says; NAME/output.KEY where it says several things
    NAME/cotangent   for each output, the fixed tensor that weighs it in the gradient
    NAME/gradient    of Σ (outputs · cotangents) with respect to the input
    NAME/second      of the squared norm of that gradient, likewise (smooth networks only)

Networks that must be refused, or whose answer is random, have an input only. `tuning.safetensors`
holds, for the networks of `TUNED`, what PyTorch makes of their parameters, in evaluation mode:

    NAME/labels               of NAME/input
    NAME/gradient.PARAMETER   of their cross entropy, by each of `named_parameters()`
    NAME/sgd.PARAMETER        the parameter after three steps of SGD, and of Adam
    NAME/adam.PARAMETER

`foreign/` holds other
people's files and damaged programs, in as few bytes as they can be had.
"""

import io
import json
import math
import pickle
import shutil
import struct
import warnings
import zipfile
import zlib
from collections import OrderedDict
from pathlib import Path
from unittest import mock

import safetensors.torch
import torch
import torch.nn.functional as F
from torch import nn
from torch.export import Dim

GOLDEN = Path(__file__).resolve().parents[2] / "Tests" / "LibTorchTests" / "Golden" / "programs"
FOREIGN = GOLDEN / "foreign"
CLASSES = 5
torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)

# The networks -------------------------------------------------------------------------------------


class ConvNet(nn.Module):
    """Convolution, batch norm, ReLU in place, pooling and a linear layer: the usual things."""

    def __init__(self):
        super().__init__()
        self.convolution = nn.Conv2d(3, 4, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(4)
        self.relu = nn.ReLU(inplace=True)
        self.pool = nn.MaxPool2d(2)
        self.linear = nn.Linear(4 * 4 * 4, CLASSES)
        self.norm.running_mean.normal_(std=0.2)
        self.norm.running_var.uniform_(0.5, 1.5)

    def forward(self, images):
        maps = self.pool(self.relu(self.norm(self.convolution(images))))
        return self.linear(torch.flatten(maps, 1))


class Smooth(nn.Module):
    """Nothing but smooth functions, so that its second derivatives are worth something."""

    def __init__(self):
        super().__init__()
        self.convolution = nn.Conv2d(3, 4, 3, stride=2)
        self.linear = nn.Linear(4, CLASSES)

    def forward(self, images):
        maps = F.softplus(self.convolution(images))
        return self.linear(torch.tanh(F.silu(maps).mean(dim=(2, 3))))


class Structured(nn.Module):
    """Two heads on the flattened image, handed out in the structure asked for."""

    def __init__(self, structure):
        super().__init__()
        self.logits = nn.Linear(48, CLASSES, bias=False)
        self.aux = nn.Linear(48, 2, bias=False)
        self.structure = structure

    def forward(self, images):
        flat = images.flatten(1)
        return self.structure(self.logits(flat), self.aux(flat))


class Logits4D(nn.Module):
    """Logits as a map of one pixel: N×C×1×1, as fully convolutional networks leave them."""

    def __init__(self):
        super().__init__()
        self.head = nn.Conv2d(3, CLASSES, 1)

    def forward(self, images):
        return F.adaptive_avg_pool2d(self.head(images), 1)


class OneLogit(nn.Module):
    """Two classes in one number."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(48, 1, bias=False)

    def forward(self, images):
        return self.linear(images.flatten(1))


class InplaceInput(nn.Module):
    """Normalises the caller's own tensor."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(48, CLASSES, bias=False)

    def forward(self, images):
        images.sub_(0.5)
        images /= 0.25
        return self.linear(images.flatten(1))


class Strided(nn.Module):
    """Weights that are views: a transposed one, a narrowed one with an offset, every second row."""

    def __init__(self):
        super().__init__()
        self.transposed = nn.Parameter(torch.randn(48, 6).mul(0.2).t())
        self.narrowed = nn.Parameter(torch.randn(9, 6)[2 : 2 + CLASSES, 1:5])
        rows = torch.randn(8, 4)
        self.register_buffer("even", rows[::2])
        self.register_buffer("whole", rows)
        self.channels = nn.Conv2d(3, 3, 3, padding=1).to(memory_format=torch.channels_last)

    def forward(self, images):
        features = F.linear(self.channels(images).flatten(1), self.transposed)
        mixed = features[:, :4] @ self.even + features[:, 2:] @ self.whole[4:]
        return F.linear(mixed, self.narrowed)


class Tied(nn.Module):
    """Two layers that share one parameter, and two that share a storage."""

    def __init__(self):
        super().__init__()
        self.first = nn.Linear(12, 12)
        self.second = nn.Linear(12, 12)
        self.second.weight = self.first.weight
        both = torch.randn(2 * CLASSES, 12)
        self.upper = nn.Parameter(both[:CLASSES])
        self.lower = nn.Parameter(both[CLASSES:])

    def forward(self, images):
        flat = F.avg_pool2d(images, 2).flatten(1)
        features = torch.tanh(self.second(torch.tanh(self.first(flat))))
        return F.linear(features, self.upper) - F.linear(features.square(), self.lower)


class Constants(nn.Module):
    """Every kind of constant: an attribute, buffers kept out of the state, literals in forward."""

    def __init__(self):
        super().__init__()
        self.mean = torch.tensor([0.4, 0.5, 0.6]).reshape(3, 1, 1)
        self.register_buffer("ramp", torch.arange(16.0) / 16, persistent=False)
        self.register_buffer("table", torch.tensor([3, 0, 2, 1]), persistent=False)
        self.linear = nn.Linear(48, CLASSES, bias=False)

    def forward(self, images):
        centred = (images - self.mean) / torch.tensor([0.2, 0.3, 0.4]).reshape(1, 3, 1, 1)
        weighted = centred * self.ramp.reshape(4, 4) + torch.tensor(0.125)
        permuted = weighted[:, :, self.table] * torch.arange(1, 4).reshape(3, 1, 1)
        return self.linear(permuted.flatten(1)) * 2 + 1


class DeviceConstant(nn.Module):
    """Makes its constants in forward on a device that it names."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(48, CLASSES, bias=False)

    def forward(self, images):
        mask = torch.ones(1, 3, 4, 4, device="cpu").tril()
        places = torch.arange(4, device=torch.device("cpu"), dtype=torch.float32)
        moved = (images * mask + places).to("cpu")
        return self.linear(moved.flatten(1)) + torch.zeros(CLASSES, device="cpu")


class Symbolic(nn.Module):
    """Shapes made by arithmetic on the batch size; each row of the answer is of its own image."""

    def __init__(self):
        super().__init__()
        self.token = nn.Parameter(torch.randn(1, 24))
        self.linear = nn.Linear(24 * 3 + 1, CLASSES, bias=False)

    def forward(self, images):
        count = images.shape[0]
        pairs = torch.tanh(images.flatten().reshape(count * 2, 24))
        first, second = pairs.reshape(count, 2, 24).chunk(2, dim=1)
        left, right = images.flatten(1).split([24, 24], dim=1)
        turn = torch.cat([pairs[count:], pairs[:count]]).square()
        back = torch.cat([turn[count:], turn[: images.size(0)]])[:: 2]
        level = torch.full((count // 2 + 1, 1), 0.5).mean() + 1
        ones = torch.full((count, 1), 0.5)
        token = self.token.expand(count, -1) + right.new_zeros(count, 24)
        turned = right.index_select(0, torch.arange(count).flip(0)).flip(0)
        mixed = first.squeeze(1) * second.reshape(count, -1) + token
        quads = torch.cat([mixed, back], dim=0).view(count * 2, 4, 6).transpose(1, 2)
        flat = quads.reshape(2, images.size(0), -1).permute(1, 0, 2).flatten(1)
        return self.linear(torch.cat([flat, turned, ones], dim=1)) * level


class SymbolicScalars(nn.Module):
    """The batch size as a number inside the arithmetic, whole, fractional and compared. What it
    does it undoes: each row of the answer is of its own image."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(48, CLASSES, bias=False)

    def forward(self, images):
        count = images.shape[0]
        logits = self.linear(images.flatten(1))
        whole = logits * ((count + 1) * (count - 1) + 1) / (count * count)
        root = whole / torch.sym_sqrt(count) * count**0.5
        share = root * (1.0 / count) * count + count * 2**0.5 - count * 2**0.5
        more = share + torch.sym_max(count, 3) - torch.sym_max(count, 3)
        many = count > 3
        return more + count % 2 - count % 2 + many + torch.sym_not(many) - 1


class Attention(nn.Module):
    """A vision transformer of one block."""

    def __init__(self, width=8, heads=2):
        super().__init__()
        self.heads = heads
        self.patches = nn.Conv2d(3, width, 2, stride=2)
        self.token = nn.Parameter(torch.randn(1, 1, width))
        self.places = nn.Parameter(torch.randn(1, 5, width) * 0.1)
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.inwards, self.outwards = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.mlp = nn.Sequential(nn.Linear(width, 16), nn.GELU(), nn.Linear(16, width))
        self.head = nn.Linear(width, CLASSES)

    def forward(self, images):
        x = self.patches(images).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(x.shape[0], -1, -1), x], dim=1) + self.places
        count, tokens, width = x.shape
        parts = self.inwards(self.norm1(x)).reshape(count, tokens, 3, self.heads, -1)
        q, k, v = parts.permute(2, 0, 3, 1, 4).unbind(0)
        mixed = F.scaled_dot_product_attention(q, k, v)
        x = x + self.outwards(mixed.transpose(1, 2).reshape(count, tokens, width))
        x = x + self.mlp(self.norm2(x))
        return self.head(x[:, 0])


class NoGrad(nn.Module):
    """A part whose gradient is cut, in the middle and by `detach`."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(48, CLASSES, bias=False)

    def forward(self, images):
        flat = images.flatten(1)
        with torch.no_grad():
            mean = flat.mean(dim=1, keepdim=True)
            spread = (flat - mean).square().mean(dim=1, keepdim=True).sqrt()
        return self.linear((flat - mean) / (spread + flat.detach().amax(1, keepdim=True)))


class HalfTypes(nn.Module):
    """Through bfloat16, float16 and float64 and back; products of numbers that all of them hold."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(48, CLASSES, bias=False)
        self.scale = nn.Parameter(torch.tensor([0.5, 2.0, 1.5]).bfloat16().reshape(3, 1, 1))

    def forward(self, images):
        brain = (images.to(torch.bfloat16) * self.scale).to(torch.float32)
        half = (images.half() * 1.5).float()
        return self.linear((brain + half + images.double().square()).float().flatten(1))


class Dropout(nn.Module):
    """Exported in training mode: every answer is another."""

    def __init__(self):
        super().__init__()
        self.dropout = nn.Dropout(0.5)
        self.linear = nn.Linear(48, CLASSES, bias=False)

    def forward(self, images):
        return self.linear(self.dropout(images.flatten(1)))


class Interpolate(nn.Module):
    """Resizing of every kind that classifiers do inside, and pooling to given sizes."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(3 * 4, CLASSES, bias=False)

    def forward(self, images):
        small = F.interpolate(images, size=(3, 3), mode="bilinear", antialias=True)
        large = F.interpolate(small, scale_factor=2, mode="nearest")
        cubic = F.interpolate(large, size=(5, 7), mode="bicubic", align_corners=False)
        padded = F.pad(cubic, (1, 0, 0, 1), mode="reflect")
        pooled = F.adaptive_avg_pool2d(padded, (2, 2)) + F.adaptive_max_pool2d(padded, 2)
        return self.linear(pooled.flatten(1))


class Oblong(nn.Module):
    """Any height; the width is twice the height."""

    def __init__(self):
        super().__init__()
        self.convolution = nn.Conv2d(3, CLASSES, 3)

    def forward(self, images):
        height, width = images.shape[2:]
        square = images.reshape(images.shape[0], 3, height * 2, width // 2)
        return self.convolution(square).mean((2, 3))


class Least(nn.Module):
    """The smallest classifier; what the damaged files were."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(12, 2, bias=False)

    def forward(self, images):
        return self.linear(images.flatten(1))


class Norm(nn.Module):
    """Exported in training mode: images share their statistics, and the buffers move."""

    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm2d(3, affine=False)
        self.linear = nn.Linear(48, CLASSES, bias=False)

    def forward(self, images):
        return self.linear(self.norm(images).flatten(1))


class WrittenViews(nn.Module):
    """Writes through views of a copy, and returns by the copy's name."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(48, CLASSES, bias=False)

    def forward(self, images):
        changed = images.clone()
        changed[:, 0] = 0.5
        changed[:, 1] -= 1
        changed[:, 2].mul_(images[:, 1])
        logits = self.linear(changed.flatten(1))
        logits[:, 0].clamp_(max=0.25)
        return logits


class MixedOutputs(nn.Module):
    """Hands out what is no tensor, the input itself, and one tensor twice."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(48, CLASSES, bias=False)

    def forward(self, images):
        logits = self.linear(images.flatten(1))
        return {
            "logits": logits,
            "loss": None,
            "version": 3,
            "scale": 0.5,
            "count": images.shape[0],
            "images": images,
            "again": logits,
        }


class Infinite(nn.Module):
    """Masks with −∞, which JSON has no number for."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(48, CLASSES, bias=False)

    def forward(self, images):
        flat = images.flatten(1)
        weights = flat.masked_fill(flat < 0.3, -math.inf).softmax(dim=1)
        return self.linear(flat * weights * 10).clamp(min=-math.inf, max=math.inf)


class Autocast(nn.Module):
    """Runs a part in the precision that a scope around it says."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(48, CLASSES, bias=False)

    def forward(self, images):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            return self.linear(images.flatten(1)).float()


class TwoInputs(nn.Module):
    """Wants more than images."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(12, 2, bias=False)

    def forward(self, images, mask):
        return self.linear((images * mask).flatten(1))


@torch.library.custom_op("golden::halved", mutates_args=())
def halved(images: torch.Tensor, times: int = 1) -> torch.Tensor:
    return images * 0.5**times


@halved.register_fake
def _(images, times=1):
    return torch.empty_like(images)


class CustomOp(nn.Module):
    """Calls an operator that only the exporting process knew."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(48, CLASSES, bias=False)

    def forward(self, images):
        return self.linear(torch.ops.golden.halved(images, 2).flatten(1))


# What is written ----------------------------------------------------------------------------------


def forgetful(program, notes):
    """Takes the notes off each call: `stack_trace` differs from machine to machine."""
    for module in program.graph_module.modules():
        if isinstance(module, torch.fx.GraphModule):
            for node in module.graph.nodes:
                for note in notes:
                    node.meta.pop(note, None)
    return program


def leaves(output, path=""):
    """Every tensor in the structure, with its path: `0`, `logits`, `out.1`; "" for one alone."""
    if isinstance(output, torch.Tensor):
        return [(path, output)]
    if not isinstance(output, (dict, list, tuple)):
        return []
    entries = output.items() if isinstance(output, dict) else enumerate(output)
    return [x for key, v in entries for x in leaves(v, f"{path}.{key}" if path else f"{key}")]


class Programs:
    def __init__(self):
        self.tensors = {}

    def make(
        self,
        name,
        build,
        shape=(3, 4, 4),
        count=3,
        dims=None,
        dynamic=True,
        training=False,
        values=True,
        second=False,
        decomposed=False,
    ):
        # From the name alone: a network more or less changes none of the others.
        torch.manual_seed(zlib.crc32(name.encode()))
        module = build().train(training)
        generator = torch.Generator().manual_seed(zlib.crc32(b"images for " + name.encode()))
        images = torch.rand(count, *shape, generator=generator)
        sample = torch.rand(2 if dynamic else count, *shape, generator=generator)
        shapes = ({0: Dim("batch", min=1, max=1024), **(dims or {})},) if dynamic else None
        state = {key: value.clone() for key, value in module.state_dict().items()}
        program = torch.export.export(module, (sample,), dynamic_shapes=shapes)
        if decomposed:
            program = program.run_decompositions()
        # One keeps its other notes and the images it was exported with; the others are kept small.
        if name == "convnet":
            forgetful(program, ["stack_trace"])
        else:
            forgetful(program, ["stack_trace", "nn_module_stack", "torch_fn", "from_node"])
            program.example_inputs = None
        assert all(torch.equal(value, state[key]) for key, value in module.state_dict().items())
        torch.export.save(program, GOLDEN / f"{name}.pt2")
        loaded = torch.export.load(GOLDEN / f"{name}.pt2").module()
        self.tensors[f"{name}/input"] = images
        if values:
            self.judge(name, module, loaded, images, generator, second)

    def judge(self, name, module, loaded, images, generator, second):
        images = images.clone().requires_grad_()
        # `* 1`: a network may write over what it is handed, but not over a leaf.
        output = leaves(module(images * 1))
        for (key, value), (path, again) in zip(output, leaves(loaded(images * 1)), strict=True):
            assert key == path and torch.allclose(value, again, atol=1e-6)
        total = 0
        for key, value in output:
            key = f".{key}" if key else ""
            cotangent = torch.randn(value.shape, generator=generator)
            self.tensors[f"{name}/output{key}"] = value
            self.tensors[f"{name}/cotangent{key}"] = cotangent
            total = total + (value * cotangent).sum()
        (gradient,) = torch.autograd.grad(total, images, create_graph=second)
        assert gradient.abs().max() > 1e-3
        self.tensors[f"{name}/gradient"] = gradient
        if second:
            (again,) = torch.autograd.grad(gradient.square().sum(), images)
            assert again.abs().max() > 1e-5
            self.tensors[f"{name}/second"] = again

    def write(self):
        path = GOLDEN / "programs.safetensors"
        tensors = {key: value.detach().contiguous().clone() for key, value in self.tensors.items()}
        path.write_bytes(safetensors.torch.save(tensors))
        print(f"{path.name}: {len(tensors)} tensors, {path.stat().st_size} bytes")


# The networks that are fine-tuned; of `attention` no Adam, which makes whole steps of a gradient
# that is nothing but rounding, as that by the bias of the keys is.
TUNED = {"convnet": ConvNet, "tied": Tied, "strided": Strided, "attention": Attention}
SGD = dict(lr=0.05, momentum=0.9, weight_decay=0.01)
ADAM = dict(lr=0.01)


def tuning():
    images = safetensors.torch.load_file(GOLDEN / "programs.safetensors")
    tensors = {}
    for name, build in TUNED.items():
        labels = torch.arange(len(images[f"{name}/input"])) * 2 % CLASSES
        tensors[f"{name}/labels"] = labels

        def fresh():
            # The weights that were exported.
            torch.manual_seed(zlib.crc32(name.encode()))
            return build().eval()

        def loss(module):
            return F.cross_entropy(module(images[f"{name}/input"]), labels)

        def keep(kind, values):
            for key, value in values:
                tensors[f"{name}/{kind}.{key}"] = value.detach().contiguous().clone()

        module = fresh()
        assert torch.allclose(module(images[f"{name}/input"]), images[f"{name}/output"], atol=1e-6)
        loss(module).backward()
        keep("gradient", ((key, value.grad) for key, value in module.named_parameters()))
        optimisers = {"sgd": (torch.optim.SGD, SGD), "adam": (torch.optim.Adam, ADAM)}
        for kind, (optimiser, settings) in optimisers.items():
            if (name, kind) == ("attention", "adam"):
                continue
            module = fresh()
            steps = optimiser(module.parameters(), **settings)
            for _ in range(3):
                steps.zero_grad()
                loss(module).backward()
                steps.step()
            keep(kind, module.named_parameters())
    path = GOLDEN / "tuning.safetensors"
    path.write_bytes(safetensors.torch.save(tensors))
    print(f"{path.name}: {len(tensors)} tensors, {path.stat().st_size} bytes")


def programs():
    all = Programs()
    make = all.make
    make("convnet", ConvNet, (3, 8, 8))
    make("static", ConvNet, (3, 8, 8), dynamic=False)
    make("smooth", Smooth, (3, 8, 8), second=True)
    make("tuple", lambda: Structured(lambda logits, aux: (logits, aux)))
    make("dictionary", lambda: Structured(lambda logits, aux: {"logits": logits, "aux": aux}))
    make("nested", lambda: Structured(lambda logits, aux: {"out": [logits, aux]}))
    make("single-list", lambda: Structured(lambda logits, aux: [logits]))
    make("logits4d", Logits4D)
    make("one-logit", OneLogit)
    make("inplace-input", InplaceInput)
    make("strided", Strided)
    make("tied", Tied, second=True)
    make("constants", Constants)
    make("device-constant", DeviceConstant)
    make("symbolic", Symbolic)
    make("symbolic-scalars", SymbolicScalars)
    make("attention", Attention)
    make("no-grad", NoGrad)
    make("half-types", HalfTypes)
    make("dropout-trained", Dropout, training=True, values=False)
    make("batchnorm-trained", Norm, training=True)
    make("custom-op", CustomOp, values=False)
    make("interpolate", Interpolate, (3, 6, 6))
    height = Dim("height", min=4, max=64)
    make("derived-dim", Oblong, (3, 6, 12), dims={2: height, 3: 2 * height})
    make("written-views", WrittenViews)
    make("mixed-outputs", MixedOutputs)
    make("infinite", Infinite)
    make("autocast", Autocast, values=False)
    make("decomposed", ConvNet, (3, 8, 8), decomposed=True)
    make("decomposed-input", InplaceInput, decomposed=True)
    make("decomposed-trained", Norm, training=True, decomposed=True)
    make("least", Least, (3, 2, 2))
    all.write()


# Damaged programs ---------------------------------------------------------------------------------


def members(name):
    """What `NAME.pt2` holds, each without its first folder."""
    with zipfile.ZipFile(GOLDEN / f"{name}.pt2") as file:
        return {key.partition("/")[2]: file.read(key) for key in file.namelist()}


def pack(path, entries, compression=zipfile.ZIP_STORED, root=None, zip64=False):
    """A zip by Python's own writer: sizes in the local headers, no alignment, no zip64 at the end
    unless asked for, and then with every size and offset moved to the zip64 fields."""
    root = path.stem if root is None else root
    limit = -1 if zip64 else zipfile.ZIP64_LIMIT
    with mock.patch.object(zipfile, "ZIP64_LIMIT", limit), zipfile.ZipFile(path, "w") as file:
        for key, value in entries.items():
            info = zipfile.ZipInfo(f"{root}/{key}" if root else key)
            info.compress_type = compression
            file.writestr(info, value)


MODEL = "models/model.json"
WEIGHTS = "data/weights/model_weights_config.json"


def damaged():
    least = members("least")
    pack(FOREIGN / "deflated.pt2", members("convnet"), compression=zipfile.ZIP_DEFLATED)
    pack(FOREIGN / "zip64.pt2", least, zip64=True)

    def edited(name, edit, key=MODEL, **changes):
        value = json.loads(least[key])
        edit(value)
        text = json.dumps(value, separators=(",", ":"))
        pack(FOREIGN / f"{name}.pt2", {**least, key: text.encode(), **changes})

    def weight(edit):
        return lambda config: edit(config["config"]["linear.weight"])

    def newer(model):
        model["schema_version"]["minor"] = 99
        model["of_the_future"] = {"as_wonder": [1, 2]}
        for part in [model["graph_module"], model["graph_module"]["graph"]]:
            part["of_the_future"] = None
        for node in model["graph_module"]["graph"]["nodes"]:
            node["of_the_future"] = True

    def unknown_form(model):
        argument = model["graph_module"]["graph"]["nodes"][0]["inputs"][1]
        argument["arg"] = {"as_wonder": 1}

    def unknown_name(model):
        argument = model["graph_module"]["graph"]["nodes"][1]["inputs"][0]
        argument["arg"]["as_tensor"]["name"] = "nobody"

    buffer = io.BytesIO()
    torch.save(nn.Parameter(torch.ones(2, 12)), buffer)
    pickled = {"data/weights/weight_0": buffer.getvalue()}
    edited("newer-minor", newer)
    edited("other-major", lambda model: model.update(schema_version={"major": 9, "minor": 0}))
    edited("unknown-argument", unknown_form)
    edited("unknown-name", unknown_name)
    edited("pickled-weight", weight(lambda it: it.update(use_pickle=True)), WEIGHTS, **pickled)
    past = weight(lambda it: it["tensor_meta"].update(storage_offset={"as_int": 1}))
    edited("weight-past-the-end", past, WEIGHTS)
    lost = weight(lambda it: it.update(path_name="weight_7"))
    edited("weight-missing", lost, WEIGHTS)
    pack(FOREIGN / "stripped-weights.pt2", {**least, "data/weights/weight_0": b""})
    pack(FOREIGN / "big-endian.pt2", {**least, "byteorder": b"big"})
    pack(FOREIGN / "newer-archive.pt2", {**least, "archive_version": b"1"})
    bytes = (GOLDEN / "least.pt2").read_bytes()
    (FOREIGN / "truncated.pt2").write_bytes(bytes[: len(bytes) // 3])
    images, mask = torch.rand(2, 3, 2, 2), torch.ones(2, 3, 2, 2)
    program = torch.export.export(TwoInputs(), (images, mask))
    forgetful(program, ["stack_trace", "nn_module_stack", "torch_fn"])
    program.example_inputs = None
    torch.export.save(program, FOREIGN / "two-inputs.pt2")
    # PyTorch up to 2.7 wrote the same program into another zip, its weights as pickles.
    old = {
        "version": b"8.2",
        "serialized_exported_program.json": b"{}",
        "serialized_state_dict.pt": b"PK",
        "serialized_constants.pt": b"PK",
        "serialized_example_inputs.pt": b"PK",
    }
    pack(FOREIGN / "older-layout.pt2", old, root="")


# Other people's files -----------------------------------------------------------------------------


def legacy_checkpoint(state):
    """What `torch.save` wrote before 1.6. Written by hand, since PyTorch puts addresses in it."""
    keys = {}

    class Pickler(pickle.Pickler):
        def persistent_id(self, value):
            if not isinstance(value, torch.storage.TypedStorage):
                return None
            key = keys.setdefault(value.data_ptr(), (str(len(keys)), value))[0]
            return ("storage", torch.FloatStorage, key, "cpu", value.size(), None)

    file = io.BytesIO()
    for value in [0x1950A86A20F9469CFC6C, 1001, {"protocol_version": 1001, "little_endian": True}]:
        pickle.dump(value, file, protocol=2)
    Pickler(file, protocol=2).dump(state)
    pickle.dump([key for key, _ in keys.values()], file, protocol=2)
    for _, storage in keys.values():
        file.write(struct.pack(f"<q{storage.size()}f", storage.size(), *storage))
    return file.getvalue()


def foreign():
    torch.manual_seed(0)
    module = nn.Sequential(nn.Flatten(), nn.Linear(12, 2)).eval()
    state = OrderedDict(module.state_dict())

    def write(name, bytes):
        (FOREIGN / name).write_bytes(bytes)

    traced = io.BytesIO()
    torch.jit.save(torch.jit.trace(module, torch.rand(1, 3, 2, 2)), traced)
    with zipfile.ZipFile(traced) as file:
        # The `debug_pkl` say in which file on which machine each line stood; the id is their hash.
        machine = (".debug_pkl", "serialization_id")
        kept = [name for name in file.namelist() if not name.endswith(machine)]
        script = {name.partition("/")[2]: file.read(name) for name in kept}
    pack(FOREIGN / "torchscript.pt", script)
    torch.save(state, FOREIGN / "state-dictionary.pt")
    write("state-dictionary-legacy.pt", legacy_checkpoint(state))
    loaded = torch.load(FOREIGN / "state-dictionary-legacy.pt")
    assert all(torch.equal(loaded[key], value) for key, value in state.items())
    torch.save(module, FOREIGN / "module.pt")
    write("weights.safetensors", safetensors.torch.save(dict(state)))

    # The layout of a package by `torch._inductor.aoti_compile_and_package`; a real one is 1.5 MB.
    compiled = {
        "data/aotinductor/model/c1.wrapper.cpp": b"// generated\n",
        "data/aotinductor/model/c1.wrapper_metadata.json": b'{"AOTI_DEVICE_KEY": "cpu"}',
        "data/aotinductor/model/c1.wrapper.so": b"\x7fELF\2\1\1",
        **{"archive_format": b"pt2", "archive_version": b"0"},
        **{".data/version": b"6\n", "byteorder": b"little"},
    }
    pack(FOREIGN / "compiled.pt2", compiled)
    keras = {"metadata.json": b"{}", "config.json": b"{}", "model.weights.h5": b"\x89HDF\r\n\x1a\n"}
    pack(FOREIGN / "network.keras", keras, root="")
    pack(FOREIGN / "other.zip", {"notes.txt": b"Nothing to see here.\n"}, root="")
    # ModelProto: IR version 8, producer "pytorch", a graph "main", opset 17.
    write("network.onnx", b"\x08\x08\x12\x07pytorch\x3a\x06\x12\x04main\x42\x04\x0a\x00\x10\x11")
    # SavedModel: schema version 1, a MetaGraphDef with the tag "serve".
    write("saved_model.pb", b"\x08\x01\x12\x09\x0a\x07\x22\x05serve")
    write("weights.h5", b"\x89HDF\r\n\x1a\n" + bytes(8))
    write("network.tflite", struct.pack("<I", 28) + b"TFL3" + bytes(24))
    write("network.pte", struct.pack("<I", 48) + b"ET12" + bytes(24))
    write("weights.gguf", b"GGUF" + struct.pack("<IQQ", 3, 0, 0))
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{64 * '0'}\nsize 12345\n"
    write("pointer.pt2", pointer.encode())
    write("page.pt2", b"<!DOCTYPE html>\n<html><head><title>404</title></head></html>\n")
    write("empty.pt2", b"")


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    shutil.rmtree(GOLDEN, ignore_errors=True)
    FOREIGN.mkdir(parents=True)
    programs()
    tuning()
    damaged()
    foreign()
    files = [path for path in GOLDEN.rglob("*") if path.is_file()]
    print(f"{len(files)} files, {sum(path.stat().st_size for path in files)} bytes")
