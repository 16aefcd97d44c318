#!/usr/bin/env python3
"""Writes the golden values of Tests/LibTorchTests/Golden: what PyTorch says.

Run it from the repository's root, in an environment that has PyTorch and safetensors:

    python -m venv .venv && .venv/bin/pip install torch==2.13.0 numpy safetensors
    .venv/bin/python Scripts/golden/libtorch.py

It is deterministic: with the same PyTorch it writes the same bytes again. One file a subject.
Inputs are float32 where a layer is tested (layers hold float32) and float64 elsewhere; what comes
out is computed in float64 wherever that can be, so that it is nearer the truth than what it judges.
What can be said in a second way (finite differences, the formula in a paper) is, and asserted.
"""

import json
import math
import struct
from pathlib import Path

import numpy as np
import safetensors.torch
import torch
import torch.nn.functional as F

GOLDEN = Path(__file__).resolve().parents[2] / "Tests" / "LibTorchTests" / "Golden"
torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)


def write(name, tensors, metadata=None):
    tensors = {key: value.detach().contiguous().clone() for key, value in tensors.items()}
    path = GOLDEN / f"{name}.safetensors"
    path.write_bytes(safetensors.torch.save(tensors, metadata))
    print(f"{path.name}: {len(tensors)} tensors, {path.stat().st_size} bytes")


def random(seed):
    """A source of float64 numbers that are exact in float32, so that both types mean the same."""
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape, scale=1.0):
        return (torch.randn(*shape, generator=generator) * scale).double()

    return normal


# Tensor's methods: arithmetic, comparison, reduction, shape ------------------------------------


def operations():
    normal = random(1)
    a, b = normal(2, 3, 4), normal(2, 3, 4)
    i = {
        "a": a,
        "b": b,
        "row": normal(4),
        "column": normal(3, 1),
        "positive": normal(2, 3, 4).abs() + 0.1,
        "unit": torch.tanh(normal(2, 3, 4)),
        "halves": torch.tensor([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 0.49, -0.51]).double(),
        "special": torch.tensor([-math.inf, math.inf, math.nan, 0.0, -1.0, 2.0]).double(),
        "large": torch.tensor([-800.0, -30.0, -1.0, 0.0, 1.0, 19.9, 20.1, 800.0]).double(),
        "logits": torch.tensor(
            [
                [1.0, 2.0, 3.0, -1.0],
                [-math.inf, 0.5, -math.inf, 1.5],
                [-math.inf, -math.inf, -math.inf, -math.inf],
                [800.0, 799.0, -800.0, 0.0],
            ]
        ).double(),
        "images": normal(2, 3, 4, 5),
        "matrix": normal(4, 5),
        "labels": torch.tensor([2, 0, 4, 1]),
        "places": torch.tensor([[1, 0], [4, 4], [2, 3], [0, 2]]),
        "yes": torch.tensor([True, False, True, True, False, False]),
        "no": torch.tensor([True, False, False, True, True, False]),
        "ties": torch.tensor([[1.0, 3.0, 2.0], [0.0, -1.0, -2.0]]).double(),
        "other": torch.tensor([[1.0, 2.0, 3.0], [0.0, -2.0, -1.0]]).double(),
    }
    g = lambda key: i[key]
    o = {
        "a + b": a + b,
        "a + row": a + g("row"),
        "a + column": a + g("column"),
        "a + 1.5": a + 1.5,
        "a - b": a - b,
        "a - 1.5": a - 1.5,
        "1.5 - a": 1.5 - a,
        "a * b": a * b,
        "a * 1.5": a * 1.5,
        "1.5 * a": 1.5 * a,
        "a / positive": a / g("positive"),
        "a / 1.5": a / 1.5,
        "1.5 / positive": 1.5 / g("positive"),
        "-a": -a,
        "abs": a.abs(),
        "sign": g("halves").sign(),
        "sign of special": g("special").sign(),
        "exp": a.exp(),
        "log": g("positive").log(),
        "sqrt": g("positive").sqrt(),
        "square": a.square(),
        "tanh": a.tanh(),
        "atanh": g("unit").atanh(),
        "sigmoid": g("large").sigmoid(),
        "softplus": F.softplus(g("large")),
        "softplus, threshold 40": F.softplus(g("large"), threshold=40),
        "round": g("halves").round(),
        "clamped below": a.clamp(min=-0.3),
        "clamped above": a.clamp(max=0.3),
        "clamped": a.clamp(-0.3, 0.4),
        "maximum": torch.maximum(a, b),
        "minimum": torch.minimum(a, b),
        "relu": a.relu(),
        "isNaN": g("special").isnan(),
        "isFinite": g("special").isfinite(),
        "ties > other": g("ties") > g("other"),
        "ties >= other": g("ties") >= g("other"),
        "ties < other": g("ties") < g("other"),
        "ties <= other": g("ties") <= g("other"),
        "ties == other": g("ties") == g("other"),
        "ties != other": g("ties") != g("other"),
        "ties > 0": g("ties") > 0,
        "ties >= 0": g("ties") >= 0,
        "ties < 0": g("ties") < 0,
        "ties <= 0": g("ties") <= 0,
        "ties == 0": g("ties") == 0,
        "ties != 0": g("ties") != 0,
        "yes & no": g("yes") & g("no"),
        "yes | no": g("yes") | g("no"),
        "!yes": ~g("yes"),
        "choose": torch.where(g("yes"), g("special"), torch.full((6,), 7.0).double()),
        "sum": a.sum(),
        "sum [0, 2]": a.sum([0, 2]),
        "sum [1] kept": a.sum([1], keepdim=True),
        "mean": a.mean(),
        "mean [1, 2]": a.mean([1, 2]),
        "mean [0] kept": a.mean([0], keepdim=True),
        "variance": a.var(correction=0),
        "maximum over [1, 2]": a.amax([1, 2]),
        "minimum over [0] kept": a.amin([0], keepdim=True),
        "argmax 1": a.argmax(1),
        "argmax -1": a.argmax(-1),
        "logSumExp": g("logits").logsumexp(1),
        "softmax": g("logits").softmax(1),
        "logSoftmax": g("logits").log_softmax(1),
        "largest values": g("matrix").topk(3).values,
        "largest indices": g("matrix").topk(3).indices,
        "norm [1]": a.norm(dim=1),
        "norm [1, 2] kept": a.norm(dim=[1, 2], keepdim=True),
        "rowNorms": g("images").flatten(1).norm(dim=1),
        "rowSums": g("images").flatten(1).sum(1),
        "rowMaxima": g("images").flatten(1).amax(1),
        "rowMinima": g("images").flatten(1).amin(1),
        # A vector has rows of one element each.
        "rowNorms of a vector": g("row").abs(),
        "rowSums of a vector": g("row"),
        "rowMaxima of a vector": g("row"),
        "rowMinima of a vector": g("row"),
        "matmul": g("matrix") @ g("matrix").T,
        "reshaped": a.reshape(4, -1),
        "flattened": a.flatten(),
        "flattened from 1": g("images").flatten(1),
        "permuted": g("images").permute(0, 2, 3, 1),
        "expanded": g("column").expand(2, 3, 4),
        "unsqueezed": a.unsqueeze(1),
        "squeezed": g("column").squeeze(1),
        "perRow": g("row").reshape(4, 1, 1),
        "padded": F.pad(g("images"), (1, 2, 3, 4), value=0.25),
        "flipped": g("images").flip([3]),
        "concatenated": torch.cat([a, b], 1),
        "stacked": torch.stack([a, b], -1),
        "sliced": g("images")[:, :, 1:3],
        "sliced rows": g("matrix")[2:4],
        "rows": g("matrix")[[3, 0, 3]],
        "replacingRows": g("matrix").index_copy(0, torch.tensor([2, 0]), g("matrix")[[0, 1]]),
        "picked": g("matrix").gather(1, g("labels")[:, None])[:, 0],
        "gathered": g("matrix").gather(1, g("places")),
        "replacing": g("matrix").scatter(1, g("labels")[:, None], -9.0),
        "oneHot": F.one_hot(g("labels"), 6),
        "to float32": a.float(),
        "to int64": (a * 10).long(),
        "channelsLast": g("images"),
        "averagePool2d": F.avg_pool2d(g("images"), 2, 1, 1),
        "adaptiveAveragePool2d": F.adaptive_avg_pool2d(g("images"), (2, 3)),
        "linear": F.linear(g("matrix"), g("matrix")),
    }
    finite = g("logits")[[0, 3]].numpy()
    shift = finite.max(1, keepdims=True)
    assert np.allclose(
        o["logSumExp"][[0, 3]], np.log(np.exp(finite - shift).sum(1)) + shift[:, 0], rtol=1e-14
    )
    assert o["logSumExp"][2] == -math.inf
    inputs = {f"in {key}": value for key, value in i.items()}
    write("operations", inputs | {f"out {key}": value for key, value in o.items()})


# Layers ------------------------------------------------------------------------------------------

# (name, input channels, output channels, kernel, stride, padding, groups, bias)
CONVOLUTIONS = [
    ("plain", 3, 4, 3, 1, 0, 1, True),
    ("strided and padded", 3, 4, 3, 2, 1, 1, True),
    ("no bias", 3, 5, 2, 1, 0, 1, False),
    ("grouped", 4, 6, 3, 1, 1, 2, True),
    ("depthwise", 4, 4, 3, 2, 2, 4, False),
    ("pointwise", 3, 2, 1, 1, 0, 1, True),
]


def layers():
    normal = random(2)
    t = {}
    for name, inputs, outputs, kernel, stride, padding, groups, bias in CONVOLUTIONS:
        x = normal(2, inputs, 7, 6)
        layer = torch.nn.Conv2d(
            inputs, outputs, kernel, stride, padding, groups=groups, bias=bias
        ).double()
        layer.weight.data = normal(*layer.weight.shape, scale=0.3)
        if bias:
            layer.bias.data = normal(outputs)
        t[f"convolution {name}: in"] = x.float()
        for key, value in layer.state_dict().items():
            t[f"convolution {name}: {key}"] = value.float()
        t[f"convolution {name}: out"] = layer(x)

    x, weight, bias = normal(1, 2, 6, 7), normal(3, 2, 3, 2), normal(3)
    t |= {"uneven: in": x, "uneven: weight": weight, "uneven: bias": bias}
    t["uneven: out"] = F.conv2d(x, weight, bias, stride=(1, 2), padding=(2, 1))

    for name, bias in [("with bias", True), ("without bias", False)]:
        x, layer = normal(2, 3, 5), torch.nn.Linear(5, 4, bias=bias).double()
        layer.weight.data = normal(4, 5)
        if bias:
            layer.bias.data = normal(4)
        t[f"linear {name}: in"] = x.float()
        for key, value in layer.state_dict().items():
            t[f"linear {name}: {key}"] = value.float()
        t[f"linear {name}: out"] = layer(x)

    for name, momentum, epsilon in [("usual", 0.1, 1e-5), ("unusual", 0.3, 1e-2)]:
        layer = torch.nn.BatchNorm2d(3, momentum=momentum, eps=epsilon).double()
        layer.weight.data, layer.bias.data = normal(3), normal(3)
        layer.running_mean, layer.running_var = normal(3), (normal(3).abs() + 0.5).float().double()
        before = {key: value.clone() for key, value in layer.state_dict().items()}
        for key, value in before.items():
            if key != "num_batches_tracked":
                t[f"batch norm {name}: {key}"] = value.float()
        first = normal(4, 3, 2, 3)
        second = (normal(4, 3, 2, 3, scale=2) + 1).float().double()
        t[f"batch norm {name}: first"] = first.float()
        t[f"batch norm {name}: second"] = second.float()
        layer.train()
        t[f"batch norm {name}: first out"] = layer(first)
        t[f"batch norm {name}: second out"] = layer(second)
        # The formula: the biased variance normalises, the unbiased one is remembered.
        flat = first.transpose(0, 1).flatten(1)
        mean = (1 - momentum) * before["running_mean"] + momentum * flat.mean(1)
        flat = second.transpose(0, 1).flatten(1)
        mean = (1 - momentum) * mean + momentum * flat.mean(1)
        assert torch.allclose(mean, layer.running_mean, rtol=1e-12)
        t[f"batch norm {name}: running_mean after"] = layer.running_mean
        t[f"batch norm {name}: running_var after"] = layer.running_var
        layer.eval()
        t[f"batch norm {name}: evaluation out"] = layer(first)

    x = normal(2, 3, 7, 6)
    t["pool: in"] = x
    t["pool: size 2"] = F.max_pool2d(x, 2)
    t["pool: size 3, stride 2"] = F.max_pool2d(x, 3, 2)
    t["pool: size 3, stride 1, padding 1"] = F.max_pool2d(x, 3, 1, 1)
    write("layers", t)


# (name, input channels, output channels, kernel, stride, padding, groups)
RECTANGLES = [
    ("wide", 3, 4, (1, 7), 1, (0, 3), 1),
    ("tall", 3, 4, (7, 1), 1, (3, 0), 1),
    ("strided", 3, 5, (3, 2), 2, (2, 1), 1),
    ("grouped", 4, 6, (2, 3), 1, (0, 2), 2),
    ("depthwise", 4, 8, (5, 3), 2, (1, 0), 4),
]

# (name, size, stride, padding)
AVERAGES = [
    ("size 2", 2, None, 0),
    ("size 3, stride 1, padding 1", 3, 1, 1),
    ("size 3, padding 1", 3, None, 1),
    ("size 5, stride 2, padding 2", 5, 2, 2),
]


def windows():
    """Rectangular kernels and means, on maps that are no square."""
    normal = random(7)
    t = {}
    for name, inputs, outputs, kernel, stride, padding, groups in RECTANGLES:
        x, bias = normal(2, inputs, 9, 8), normal(outputs)
        weight = normal(outputs, inputs // groups, *kernel, scale=0.3)
        t[f"{name}: in"] = x.float()
        t[f"{name}: weight"], t[f"{name}: bias"] = weight.float(), bias.float()
        t[f"{name}: out"] = F.conv2d(x, weight, bias, stride, padding, groups=groups)

    x = normal(2, 3, 9, 8)
    t["average: in"] = x
    for name, size, stride, padding in AVERAGES:
        t[f"average: {name}"] = F.avg_pool2d(x, size, stride, padding)
    # The border counts as zeros: the corner of a padded window of 9 holds 4 pixels.
    corner = x[:, :, :2, :2].sum([2, 3]) / 9
    assert torch.allclose(t["average: size 3, stride 1, padding 1"][:, :, 0, 0], corner)
    t["average: global"] = F.adaptive_avg_pool2d(x, 1)
    assert torch.allclose(t["average: global"], x.mean([2, 3], keepdim=True), rtol=1e-12)
    write("windows", t)


# Losses ------------------------------------------------------------------------------------------


def losses():
    normal = random(3)
    logits, labels = normal(5, 4, scale=3), torch.tensor([3, 0, 2, 2, 1])
    soft = normal(5, 4).softmax(1)
    t = {"logits": logits, "labels": labels, "soft labels": soft}
    for smoothing in [0.0, 0.1, 0.5]:
        for name, target in [("labels", labels), ("soft labels", soft)]:
            x = logits.clone().requires_grad_()
            loss = F.cross_entropy(x, target, label_smoothing=smoothing)
            loss.backward()
            t[f"{name}, smoothing {smoothing}: value"] = loss
            t[f"{name}, smoothing {smoothing}: gradient"] = x.grad
            hard = F.one_hot(labels, 4).double() if name == "labels" else soft
            smooth = hard * (1 - smoothing) + smoothing / 4
            assert torch.allclose(loss, -(smooth * logits.log_softmax(1)).sum(1).mean(), rtol=1e-12)
            assert torch.allclose(x.grad, (logits.softmax(1) - smooth) / 5, rtol=1e-12)
    write("losses", t)


# Gradients ---------------------------------------------------------------------------------------


def gradients():
    normal = random(4)
    t = {
        "images": normal(3, 2, 6, 6),
        "labels": torch.tensor([1, 3, 0]),
        "0.weight": normal(4, 2, 3, 3, scale=0.4),
        "0.bias": normal(4, scale=0.2),
        "4.weight": normal(4, 36, scale=0.3),
        "4.bias": normal(4, scale=0.2),
    }
    names = ["images", "0.weight", "0.bias", "4.weight", "4.bias"]
    watched = [t[name].clone().requires_grad_() for name in names]

    def logits(x, w0, b0, w4, b4):
        hidden = F.conv2d(x, w0, b0, padding=1)
        # A value on the edge of ReLU or a tie in a window could fall either way.
        assert hidden.detach().abs().min() > 1e-4
        return F.linear(F.max_pool2d(hidden.relu(), 2).flatten(1), w4, b4)

    def smooth(x, w0, b0, w4, b4):
        hidden = F.conv2d(x, w0, b0, padding=1).tanh()
        return F.linear(F.avg_pool2d(hidden, 2).flatten(1), w4, b4)

    def loss(of, *inputs):
        return F.cross_entropy(of(*inputs), t["labels"])

    assert torch.autograd.gradcheck(lambda *i: loss(logits, *i), watched)
    assert torch.autograd.gradgradcheck(lambda *i: loss(smooth, *i), watched)

    value = loss(logits, *watched)
    t["value"] = value
    for name, gradient in zip(names, torch.autograd.grad(value, watched)):
        t[f"by {name}"] = gradient

    # The gradient of the squared norm of an input gradient, by everything.
    inner = loss(smooth, *watched)
    first = torch.autograd.grad(inner, watched[0], create_graph=True)[0]
    penalty = first.square().sum()
    t["smooth value"], t["smooth by images"], t["penalty"] = inner, first, penalty
    second = torch.autograd.grad(penalty, watched, allow_unused=True)
    assert second[4] is not None
    for name, gradient in zip(names, second):
        t[f"penalty by {name}"] = gradient

    # Cotangents: a chosen combination of the logits.
    t["cotangents"] = normal(3, 4)
    t["logits"] = logits(*watched)
    t["logits · cotangents by images"] = torch.autograd.grad(
        logits(*watched), watched[0], t["cotangents"]
    )[0]
    write("gradients", t)


# Optimisers and learning rates -------------------------------------------------------------------

STEPS = 7

# (name, momentum, weight decay, nesterov)
SGDS = [
    ("plain", 0.0, 0.0, False),
    ("momentum", 0.9, 0.0, False),
    ("nesterov", 0.9, 0.0, True),
    ("weight decay", 0.0, 0.05, False),
    ("all", 0.8, 0.05, True),
]

# (name, betas, epsilon, weight decay)
ADAMS = [
    ("plain", (0.9, 0.999), 1e-8, 0.0),
    ("weight decay", (0.9, 0.999), 1e-8, 0.05),
    ("other", (0.7, 0.9), 1e-3, 0.1),
]


def optimisers():
    normal = random(5)
    shapes = {"kernel": (3, 2, 2, 3), "vector": (5,)}
    t = {f"{name}: start": normal(*shape) for name, shape in shapes.items()}
    for name, shape in shapes.items():
        for step in range(STEPS):
            t[f"{name}: gradient {step}"] = normal(*shape)

    def run(make):
        parameters = [torch.nn.Parameter(t[f"{name}: start"].clone()) for name in shapes]
        optimiser = make(parameters)
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimiser, 0.1, total_steps=STEPS, pct_start=0.4, cycle_momentum=False
        )
        for step in range(STEPS):
            for name, parameter in zip(shapes, parameters):
                parameter.grad = t[f"{name}: gradient {step}"].clone()
            # The vector takes no part in the third step.
            if step == 2:
                parameters[1].grad = None
            optimiser.step()
            schedule.step()
            yield dict(zip(shapes, parameters))

    for name, momentum, decay, nesterov in SGDS:
        make = lambda p: torch.optim.SGD(
            p, 0.1, momentum, weight_decay=decay, nesterov=nesterov, foreach=False, fused=False
        )
        for step, parameters in enumerate(run(make)):
            for key, value in parameters.items():
                if step in (0, 2, STEPS - 1):
                    t[f"sgd {name}: {key} after {step}"] = value.detach().clone()
    for name, betas, epsilon, decay in ADAMS:
        make = lambda p: torch.optim.AdamW(
            p, 0.1, betas, epsilon, decay, foreach=False, fused=False
        )
        for step, parameters in enumerate(run(make)):
            for key, value in parameters.items():
                if step in (0, 2, STEPS - 1):
                    t[f"adam {name}: {key} after {step}"] = value.detach().clone()

    # The first step of AdamW as the paper writes it: the means are the gradient itself.
    start, gradient, rate = t["vector: start"], t["vector: gradient 0"], 0.1 / 25
    expected = start * (1 - rate * 0.05) - rate * gradient / (gradient.abs() + 1e-8)
    assert torch.allclose(t["adam weight decay: vector after 0"], expected, rtol=1e-12)
    write("optimisers", t)


def learning_rates():
    t = {}

    def rates(steps, make):
        optimiser = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], 0.3)
        schedule = make(optimiser)
        values = []
        for _ in range(steps):
            values.append(optimiser.param_groups[0]["lr"])
            optimiser.step()
            schedule.step()
        return torch.tensor(values, dtype=torch.float64)

    for steps, share in [(10, 0.3), (17, 0.25), (100, 0.1), (8, 0.5)]:
        t[f"one cycle {share} of {steps}"] = rates(
            steps,
            lambda o: torch.optim.lr_scheduler.OneCycleLR(
                o, 0.3, total_steps=steps, pct_start=share, cycle_momentum=False
            ),
        )
    for steps in [1, 10, 33]:
        values = rates(steps, lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, steps))
        for step, value in enumerate(values):
            assert abs(value - 0.15 * (1 + math.cos(math.pi * step / steps))) < 1e-12
        t[f"cosine of {steps}"] = values
    write("learning-rates", t)


# A whole training --------------------------------------------------------------------------------


def training():
    """Convolution, batch norm, ReLU, pool and linear, trained for some steps in both precisions."""
    normal = random(6)
    images, labels = normal(8, 2, 6, 6), torch.tensor([0, 1, 2, 0, 1, 2, 2, 1])

    def network():
        return torch.nn.Sequential(
            torch.nn.Conv2d(2, 4, 3, padding=1, bias=False),
            torch.nn.BatchNorm2d(4),
            torch.nn.ReLU(),
            torch.nn.MaxPool2d(2),
            torch.nn.Conv2d(4, 6, 3, padding=1, groups=2),
            torch.nn.ReLU(),
            torch.nn.Flatten(),
            torch.nn.Linear(54, 3),
        )

    state = {}
    for key, value in network().state_dict().items():
        if value.is_floating_point() and "running" not in key:
            state[key] = normal(*value.shape, scale=0.3)
        elif value.is_floating_point():
            state[key] = value.double()

    t = {"images": images.float(), "labels": labels}
    t |= {f"start {key}": value.float() for key, value in state.items()}
    makes = {
        "sgd": lambda p: torch.optim.SGD(p, 0.1, 0.9, weight_decay=5e-3, nesterov=True),
        "adam": lambda p: torch.optim.AdamW(p, 0.01, weight_decay=0.05),
    }
    peaks = {"sgd": 0.1, "adam": 0.01}
    for name, make in makes.items():
        results = {}
        for dtype in [torch.float64, torch.float32]:
            model = network().to(dtype)
            model.load_state_dict(state, strict=False)
            model.train()
            optimiser = make(model.parameters())
            schedule = torch.optim.lr_scheduler.OneCycleLR(
                optimiser, peaks[name], total_steps=6, pct_start=0.5, cycle_momentum=False
            )
            values = []
            for step in range(6):
                optimiser.zero_grad()
                loss = F.cross_entropy(model(images.to(dtype)), labels, label_smoothing=0.1)
                loss.backward()
                if step == 0:
                    first = {k: p.grad.clone() for k, p in model.named_parameters()}
                optimiser.step()
                schedule.step()
                values.append(loss.item())
            results[dtype] = (values, model.state_dict(), first)
        values, final, first = results[torch.float64]
        # Single precision must tell the same story, or the test would judge rounding.
        for key, value in results[torch.float32][1].items():
            assert torch.allclose(value.double(), final[key].double(), rtol=1e-4, atol=1e-5), key
        t[f"{name}: losses"] = torch.tensor(values, dtype=torch.float64)
        for key, value in final.items():
            if value.is_floating_point():
                t[f"{name}: {key}"] = value
        for key, value in first.items():
            t[f"first gradient {key}"] = value
    write("training", t)


# safetensors -------------------------------------------------------------------------------------


def every_type():
    return {
        "bool": torch.tensor([[True, False, True]]),
        "uint8": torch.tensor([0, 1, 254, 255], dtype=torch.uint8),
        "int8": torch.tensor([-128, -1, 0, 127], dtype=torch.int8),
        "int16": torch.tensor([[-32768], [32767]], dtype=torch.int16),
        "uint16": torch.tensor([[0], [1], [65535]], dtype=torch.uint16),
        "uint32": torch.tensor([0, 2**32 - 1], dtype=torch.uint32),
        "uint64": torch.tensor([7, 2**64 - 1], dtype=torch.uint64),
        "float8_e4m3": torch.tensor([1.5, -448, 0.0625]).to(torch.float8_e4m3fn),
        "float8_e5m2": torch.tensor([1.5, -57344, math.inf]).to(torch.float8_e5m2),
        "float8_e8m0": torch.tensor([1.0, 2.0, 0.5]).to(torch.float8_e8m0fnu),
        "complex64": torch.tensor([1 + 0.5j, -2 + 3j], dtype=torch.complex64),
        "int32": torch.tensor([-(2**31), 2**31 - 1, 7], dtype=torch.int32),
        "int64": torch.tensor([-(2**63), 2**63 - 1, 7], dtype=torch.int64),
        "float16": torch.tensor([1.5, -0.25, 65504, -math.inf], dtype=torch.float16),
        "bfloat16": torch.tensor([1.5, -0.25, 3e38, math.inf], dtype=torch.bfloat16),
        "float32": torch.tensor([[0.1, -3e38], [1e-45, 7.0]], dtype=torch.float32),
        "float64": torch.tensor([0.1, 1e300, -5e-324], dtype=torch.float64),
        "number": torch.tensor(42.0),
        "häufig/é 字": torch.tensor([1, 2], dtype=torch.uint8),
    }


def files():
    # As the Python package writes. The empty tensor shares its offset with the one after it.
    python = every_type() | {"zz empty": torch.zeros(0, 3, dtype=torch.float64)}
    write("written-by-python", python, metadata={"made by": 'safetensors "0" ü'})

    # As Swift writes: names sorted, keys sorted, padded to a multiple of eight. Python must be
    # able to read it; the tests ask for these very bytes.
    header, body = {"__metadata__": {"format": "pt", "url": "a/b"}}, b""
    for name, tensor in sorted(every_type().items()):
        alone = safetensors.torch.save({"x": tensor})
        start = 8 + struct.unpack("<Q", alone[:8])[0]
        entry = json.loads(alone[8:start])["x"]
        entry["data_offsets"] = [len(body), len(body) + len(alone) - start]
        header[name] = entry
        body += alone[start:]
    text = json.dumps(header, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    path = GOLDEN / "written-by-swift.safetensors"
    path.write_bytes(struct.pack("<Q", len(text)) + text + body)
    with safetensors.safe_open(path, "pt") as file:
        assert file.metadata() == {"format": "pt", "url": "a/b"}
        assert set(file.keys()) == set(every_type())
        for name, tensor in every_type().items():
            found = file.get_tensor(name)
            same = bytes(found.reshape(-1).view(torch.uint8).tolist())
            assert found.dtype == tensor.dtype and found.shape == tensor.shape, name
            assert same == bytes(tensor.reshape(-1).view(torch.uint8).tolist()), name
    print(f"{path.name}: {path.stat().st_size} bytes")


# RandomStream ------------------------------------------------------------------------------------


def random_stream():
    """SplitMix64 (Steele, Lea and Flood 2014), written a second time."""
    mask, gamma = 2**64 - 1, 0x9E3779B97F4A7C15

    def mix(z):
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        return z ^ (z >> 31)

    def stream(state, count):
        for _ in range(count):
            state = (state + gamma) & mask
            yield mix(state)

    # The published first numbers for the state 1234567.
    assert list(stream(1234567, 2)) == [6457827717110365317, 3203168211198807973]

    t = {}
    for seed, purpose, index in [(0, "noise", 0), (7, "noise", 3), (2**64 - 1, "x", -1)]:
        state = mix((seed + gamma) & mask)
        for byte in purpose.encode():
            state = mix(state ^ byte)
        state = mix(state ^ (index & mask))
        numbers = np.array(list(stream(state, 8)), dtype=np.uint64)
        t[f"{seed} {purpose} {index}"] = torch.from_numpy(numbers.view(np.int64).copy())
        u = (numbers >> np.uint64(40)).astype(np.float64) / 2**24
        t[f"{seed} {purpose} {index}: uniform"] = torch.from_numpy(u).float()
        radius, angle = np.sqrt(-2 * np.log(1 - u[0::2])), 2 * np.pi * u[1::2]
        pairs = np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1).reshape(-1)
        t[f"{seed} {purpose} {index}: normal"] = torch.from_numpy(pairs)
    write("random-stream", t)


if __name__ == "__main__":
    GOLDEN.mkdir(parents=True, exist_ok=True)
    operations()
    layers()
    windows()
    losses()
    gradients()
    optimisers()
    learning_rates()
    training()
    files()
    random_stream()
