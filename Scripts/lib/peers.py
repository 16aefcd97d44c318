"""The peers of Scripts/bench-attacks: each library's attacks, called as its README calls them.

    python Scripts/lib/peers.py CLASSIFIER --library foolbox --attack pgd --settings '{…}' …

runs one attack on given images in a process of its own, and prints JSON as AttackTimes does. The
libraries are imported where they are used: one that cannot be imported fails alone.
"""

import argparse
import contextlib
import json
import statistics
import sys
import time
from pathlib import Path
from unittest import mock

import safetensors.torch
import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

# The classifier ---------------------------------------------------------------------------------


class VGG11(nn.Module):
    """GRED's VGG11, from its weights: padded to a multiple of 32, one linear layer at the end."""

    def __init__(self, weights):
        super().__init__()
        layers = []
        for place in ["", "M", "", "M", "", "", "M", "", "", "M", "", "", "M"]:
            if place == "M":
                layers.append(nn.MaxPool2d(2))
                continue
            outputs, inputs = weights[f"features.{len(layers)}.weight"].shape[:2]
            layers += [nn.Conv2d(inputs, outputs, 3, padding=1), nn.BatchNorm2d(outputs), nn.ReLU()]
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Linear(*reversed(weights["classifier.weight"].shape))
        self.load_state_dict(weights, strict=False)

    def forward(self, images):
        high, wide = (-size % 32 for size in images.shape[2:])
        if high or wide:
            border = (wide // 2, wide - wide // 2, high // 2, high - high // 2)
            images = F.pad(images, border)
        return self.classifier(F.adaptive_avg_pool2d(self.features(images), 1).flatten(1))


def documented(folder):
    """The model as a README has it: in evaluation mode, its parameters ready to be trained."""
    return VGG11(safetensors.torch.load_file(Path(folder) / "classifier.safetensors")).eval()


def tuned(folder):
    """What anyone can do for speed: fixed parameters, batch norm folded, channels-last."""
    model = documented(folder).requires_grad_(False)
    layers = list(model.features)
    for place, layer in enumerate(layers):
        if isinstance(layer, nn.BatchNorm2d):
            layers[place - 1] = fuse_conv_bn_eval(layers[place - 1], layer)
            layers[place] = None
    model.features = nn.Sequential(*[layer for layer in layers if layer is not None])
    return model.to(memory_format=torch.channels_last)


class Counter:
    """Rows that went through a model, and rows that a gradient came back for."""

    def __init__(self, model):
        self.forward = self.backward = 0
        model.register_forward_hook(self.passed)

    def passed(self, model, inputs, output):
        rows = len(output)
        self.forward += rows
        if output.requires_grad:
            output.register_hook(lambda _: self.returned(rows))

    def returned(self, rows):
        self.backward += rows


# The libraries ----------------------------------------------------------------------------------
#
# Each answers for one of its attacks with a function of images and labels. The settings have the
# names that GRED gives them.


def adv_lib(model, attack, s):
    from adv_lib import attacks

    function, settings = {
        "pgd": lambda: (
            attacks.pgd_linf,
            {"ε": s["epsilon"], "steps": s["steps"], "absolute_step_size": s["stepSize"]},
        ),
        "deepfool": lambda: (attacks.df, {"steps": s["steps"], "overshoot": s["overshoot"]}),
        "cw": lambda: (
            attacks.carlini_wagner_l2,
            {
                "learning_rate": s["learningRate"], "initial_const": s["initialConstant"],
                "binary_search_steps": s["searchSteps"], "max_iterations": s["iterations"],
            },
        ),
        "ddn": lambda: (
            attacks.ddn,
            {
                "steps": s["steps"], "γ": s["gamma"], "init_norm": s["initialNorm"],
                "levels": s["levels"],
            },
        ),
    }[attack]()
    return lambda images, labels: function(model, images, labels, **settings)


def foolbox(model, attack, s):
    from foolbox import PyTorchModel, attacks

    made = {
        "fgsm": lambda: attacks.LinfFastGradientAttack(),
        "pgd": lambda: attacks.LinfPGD(abs_stepsize=s["stepSize"], steps=s["steps"]),
        "deepfool": lambda: attacks.L2DeepFoolAttack(
            steps=s["steps"], candidates=s["candidates"], overshoot=s["overshoot"]
        ),
        "cw": lambda: attacks.L2CarliniWagnerAttack(
            binary_search_steps=s["searchSteps"], steps=s["iterations"],
            stepsize=s["learningRate"], initial_const=s["initialConstant"],
        ),
        "ddn": lambda: attacks.DDNAttack(
            init_epsilon=s["initialNorm"], steps=s["steps"], gamma=s["gamma"]
        ),
    }[attack]()
    fools = PyTorchModel(model, bounds=(0, 1), device="cpu")
    # A smallest perturbation has no epsilon.
    return lambda images, labels: made(fools, images, labels, epsilons=s.get("epsilon"))[1]


def torchattacks(model, attack, s):
    import torchattacks as library

    return {
        "fgsm": lambda: library.FGSM(model, eps=s["epsilon"]),
        "pgd": lambda: library.PGD(
            model, eps=s["epsilon"], alpha=s["stepSize"], steps=s["steps"]
        ),
        "deepfool": lambda: library.DeepFool(model, steps=s["steps"], overshoot=s["overshoot"]),
        # It has no search for the constant: the first one, for as many iterations in all.
        "cw": lambda: library.CW(
            model, c=s["initialConstant"], steps=s["searchSteps"] * s["iterations"],
            lr=s["learningRate"],
        ),
    }[attack]()


def toolbox(model, attack, s):
    from art.attacks import evasion
    from art.estimators.classification import PyTorchClassifier

    kind, settings = {
        "fgsm": lambda: (evasion.FastGradientMethod, {"eps": s["epsilon"]}),
        "pgd": lambda: (
            evasion.ProjectedGradientDescent,
            {
                "eps": s["epsilon"], "eps_step": s["stepSize"], "max_iter": s["steps"],
                "num_random_init": 1, "verbose": False,
            },
        ),
        "deepfool": lambda: (
            evasion.DeepFool,
            {
                "max_iter": s["steps"], "epsilon": s["overshoot"], "nb_grads": s["candidates"],
                "verbose": False,
            },
        ),
        "cw": lambda: (
            evasion.CarliniL2Method,
            {
                "learning_rate": s["learningRate"], "binary_search_steps": s["searchSteps"],
                "max_iter": s["iterations"], "initial_const": s["initialConstant"],
                "verbose": False,
            },
        ),
    }[attack]()

    def run(images, labels):
        estimator = PyTorchClassifier(
            model, loss=nn.CrossEntropyLoss(), input_shape=tuple(images.shape[1:]),
            nb_classes=model.classifier.out_features, clip_values=(0, 1), device_type="cpu",
        )
        # Its batches are of 32 images or even of 1 unless it is told, as nobody else's are.
        made = kind(estimator, batch_size=len(images), **settings)
        return torch.from_numpy(made.generate(images.numpy(), labels.numpy()))

    return run


LIBRARIES = {
    "adv-lib": (adv_lib, ["pgd", "deepfool", "cw", "ddn"]),
    "foolbox": (foolbox, ["fgsm", "pgd", "deepfool", "cw", "ddn"]),
    "torchattacks": (torchattacks, ["fgsm", "pgd", "deepfool", "cw"]),
    "ART": (toolbox, ["fgsm", "pgd", "deepfool", "cw"]),
}

# One run ----------------------------------------------------------------------------------------


def imports():
    """What adv-lib, torchattacks and ART import and no attack here needs."""
    # `distutils` left Python with 3.12; setuptools brings it along.
    import setuptools  # noqa: F401

    for absent in ("visdom", "torchvision", "torchvision.models"):
        sys.modules.setdefault(absent, mock.MagicMock())


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("classifier")
    parser.add_argument("--library", choices=LIBRARIES, required=True)
    parser.add_argument("--attack", required=True)
    parser.add_argument("--settings", type=json.loads, required=True)
    parser.add_argument("--setting", choices=["documented", "tuned"], required=True)
    parser.add_argument("--images", required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--seconds", type=float, default=0)
    parser.add_argument("--output", required=True)
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    imports()
    file = safetensors.torch.load_file(options.images)
    images, labels = file["images"], file["labels"]
    model = {"documented": documented, "tuned": tuned}[options.setting](options.classifier)
    if options.setting == "tuned":
        images = images.to(memory_format=torch.channels_last)
    # Libraries print what they please; standard output is for the answer.
    with contextlib.redirect_stdout(sys.stderr):
        attack = LIBRARIES[options.library][0](model, options.attack, options.settings)
        attack(images[:2], labels[:2])
        counter = Counter(model)
        times, start = [], time.perf_counter()
        while not times or time.perf_counter() - start < options.seconds:
            began = time.perf_counter()
            adversarial = attack(images, labels)
            times.append(time.perf_counter() - began)
    rows = len(times) * len(images)
    adversarial = adversarial.detach().contiguous().clone()
    safetensors.torch.save_file({"adversarial": adversarial}, options.output)
    answer = {"seconds": statistics.median(times), "runs": len(times)}
    answer |= {"forward": counter.forward / rows, "backward": counter.backward / rows}
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
