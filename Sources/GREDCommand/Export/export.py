#!/usr/bin/env python3
"""Turns a PyTorch classifier into the two files that GRED reads: `model.pt2` and `model.json`.

From Python, with the model that you have (this file is the only one needed: copy it beside yours):

    from export import export
    export(model, shape=(3, 224, 224), path="model.pt2", class_names=["cat", "dog"],
           mean=[0.485, 0.456, 0.406], std=[0.229, 0.224, 0.225], resize=256, crop=224)

From the command line, with a function (or class) that makes the model and a file of its weights:

    python export.py torchvision.models:resnet18 --argument num_classes=20 --weights weights.pth \\
        --mean 0.485,0.456,0.406 --std 0.229,0.224,0.225 --resize 256 --crop 224 --classes names.txt

`model.pt2` is an exported program: the network as a list of PyTorch's operators, with its weights,
without your Python. It is exported in eval mode (your model is as before afterwards) for batches
of 1 to 1024 images; where that cannot be, for one image at a time, and the reason is printed. It
also names the line of your source that each operator came from, with its path.

`model.json` says what the network does not know about itself. Images reach GRED as numbers in
0 … 1; it subtracts `mean` and divides by `std`, channel by channel, before it asks the network. So:

  * If your code normalises before it calls the model, give `mean` and `std` here, and nothing else.
  * If the model normalises inside its `forward`, give neither. Twice is wrong, and nothing crashes.

`resize` and `crop` are what was done to a picture before the model saw it: `resize=256` makes the
shorter side 256 pixels, `resize=(224, 224)` gives height and width, `crop=224` cuts a square from
the middle. `class_names` are in the order of the outputs. `probabilities=True` says that the model
ends in a softmax (or sigmoid); better give GRED the logits, which do not saturate.

What was saved is then read back and compared with the model on 1 and on 7 images: answers and input
gradients. If they differ nothing is written.
"""

import argparse
import ast
import contextlib
import copy
import importlib
import importlib.util
import io
import json
import logging
import math
import os
import sys
import tempfile
import warnings
from pathlib import Path

import torch
from torch import nn

MOST = 1024
TOLERANCE = 1e-4
OLDEST = (2, 11)


class ExportError(Exception):
    """A sentence on what stands in the way and what to do about it."""


def export(
    model,
    shape=(3, 224, 224),
    path="model.pt2",
    class_names=None,
    mean=None,
    std=None,
    resize=None,
    crop=None,
    probabilities=False,
):
    """Writes `path` (an exported program) and the `.json` beside it; returns both paths.

    model          an nn.Module that takes images [N, C, H, W] in float32 and answers [N, classes],
                   alone or among other outputs; its mode is restored afterwards
    shape          (C, H, W) of one image as the model sees it
    class_names    one for each output, in their order
    mean, std      what the caller of `model` subtracts and divides by, a number for each channel
    resize         of the shorter side, or (height, width), before `crop`
    crop           of the middle: (height, width), or one number for both
    probabilities  whether the model answers with probabilities and not with logits

    Raises ExportError with a sentence where the model cannot be exported or the file not trusted.
    """
    if tuple(int(part) for part in torch.__version__.split(".")[:2]) < OLDEST:
        raise ExportError(
            f"torch {OLDEST[0]}.{OLDEST[1]} or later is needed, since older ones write another "
            f"file; found {torch.__version__}."
        )
    path = Path(path)
    description = describe(shape, class_names, mean, std, resize, crop, probabilities)
    if path.suffix != ".pt2":
        raise ExportError(f"The file's name must end in .pt2, found '{path.name}'.")
    with evaluating(on_cpu(unwrapped(model))) as network, quiet():
        images = sample(description, 2)
        check_model(network, images, description)
        program = exported(network, images)
        # Under its own name in a folder of its own: a torch.export file holds its name. It is moved
        # into place only after it has been compared.
        with tempfile.TemporaryDirectory(dir=path.absolute().parent, prefix=".export-") as folder:
            draft = Path(folder) / path.name
            torch.export.save(program, draft)
            compare(network, draft, description, static=not program.range_constraints)
            os.replace(draft, path)
            draft = draft.with_suffix(".json")
            text = json.dumps(description, indent=2, ensure_ascii=False) + "\n"
            draft.write_text(text, encoding="utf-8")
            os.replace(draft, path.with_suffix(".json"))
    print(f"Wrote {path} ({path.stat().st_size / 1e6:.1f} MB) and {path.with_suffix('.json')}.")
    return path, path.with_suffix(".json")


# What is said beside the program ------------------------------------------------------------------


def describe(shape, class_names, mean, std, resize, crop, probabilities):
    shape = [int(side) for side in shape]
    if len(shape) != 3 or min(shape) < 1:
        raise ExportError(f"The shape must be (channels, height, width), found {tuple(shape)}.")
    channels, size = shape[0], shape[1:]
    resize = resize if resize is None or isinstance(resize, int) else [int(x) for x in resize]
    if crop is not None:
        crop = [crop, crop] if isinstance(crop, int) else [int(x) for x in crop]
    seen = crop if crop is not None else resize
    if isinstance(seen, int):
        raise ExportError(
            f"resize={resize} is for the shorter side: give crop too, or resize=(height, width)."
        )
    if seen is not None and seen != size:
        raise ExportError(
            f"After resize and crop an image has {seen[0]} × {seen[1]} pixels, but the shape says "
            f"{size[0]} × {size[1]}."
        )
    if (mean is None) != (std is None):
        raise ExportError("Give mean and std, or neither.")
    mean, std = (numbers(name, value, channels) for name, value in [("mean", mean), ("std", std)])
    if std is not None and min(std) <= 0:
        raise ExportError(f"Each std must be positive, found {std}.")
    if mean is not None and max(*mean, *std, 0) > 1.5:
        raise ExportError(
            f"mean {mean} and std {std} are for pixels in 0 … 255: divide them by 255, since "
            "images are in 0 … 1 here."
        )
    return {
        "input_shape": shape,
        "mean": mean,
        "std": std,
        "resize": resize,
        "crop": crop,
        "class_names": None if class_names is None else [str(name) for name in class_names],
        "output": "probabilities" if probabilities else "logits",
    }


def numbers(name, value, channels):
    if value is None:
        return None
    value = [float(x) for x in ([value] if isinstance(value, (int, float)) else value)]
    value = value * channels if len(value) == 1 else value
    if len(value) != channels:
        raise ExportError(f"{name} must have {channels} numbers, one a channel, found {value}.")
    return value


# The model as it is exported ----------------------------------------------------------------------


def unwrapped(model):
    """The network inside what `torch.compile`, DataParallel and the like put around it."""
    if not isinstance(model, nn.Module):
        raise ExportError(f"The model must be an nn.Module, found {type(model).__name__}.")
    if isinstance(model, torch.jit.ScriptModule):
        raise ExportError("TorchScript cannot be exported: give the model that it was made from.")
    model = getattr(model, "_orig_mod", model)
    parallel = (nn.DataParallel, nn.parallel.DistributedDataParallel)
    return model.module if isinstance(model, parallel) else model


def on_cpu(model):
    """The model itself if it is on the CPU, else a copy there: the file names no other device."""
    tensors = [*model.parameters(), *model.buffers()]
    types = {tensor.dtype for tensor in tensors if tensor.is_floating_point()}
    if types - {torch.float32}:
        found = ", ".join(sorted(str(type) for type in types))
        raise ExportError(
            f"The model's weights are of type {found}: give export a float32 one (model.float())."
        )
    elsewhere = any(tensor.device.type != "cpu" for tensor in tensors)
    return copy.deepcopy(model).cpu() if elsewhere else model


@contextlib.contextmanager
def evaluating(model):
    """The model in eval mode; afterwards each of its modules has the mode that it had."""
    modes = {module: module.training for module in model.modules()}
    try:
        yield model.eval()
    finally:
        for module, training in modes.items():
            module.training = training


@contextlib.contextmanager
def quiet():
    """Keeps what PyTorch says about its own insides from what the user should read."""
    disabled = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", category=FutureWarning)
            warnings.simplefilter("ignore", category=DeprecationWarning)
            yield
    finally:
        logging.disable(disabled)


def sample(description, count):
    """Random images, normalised as they will be; always the same ones."""
    generator = torch.Generator().manual_seed(count)
    images = torch.rand(count, *description["input_shape"], generator=generator)
    if description["mean"] is not None:
        mean, std = (torch.tensor(description[key]).reshape(-1, 1, 1) for key in ["mean", "std"])
        images = (images - mean) / std
    return images


def exported(network, images):
    """The program, for any number of images if that can be, else for one."""
    batch = torch.export.Dim("batch", min=1, max=MOST)
    try:
        return follow(network, images, ({0: batch},))
    except Exception as error:
        reason = first_line(error)
    print(f"The model cannot be exported for any number of images: {reason}")
    print("Usually its forward takes the batch size for a plain number, as in view(8, -1).")
    print("It is exported for ONE image at a time instead, which is slow.")
    try:
        return follow(network, images[:1], None)
    except Exception as error:
        raise ExportError(f"torch.export cannot follow the model: {first_line(error)}") from error


def follow(network, images, dynamic_shapes):
    # Where it fails torch.export prints whole graphs; the exception says what matters.
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        return torch.export.export(network, (images,), dynamic_shapes=dynamic_shapes)


def first_line(error):
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    # A violated constraint has its reason in the second line.
    chosen = next((line for line in lines if line.startswith("- ")), lines[0] if lines else "")
    return chosen.removeprefix("- ")[:300] or type(error).__name__


# Whether it can be trusted ------------------------------------------------------------------------


def answers(network, images):
    """Every tensor in what the network says, with its place in it: `logits`, `0`, or "" alone."""

    def leaves(value, place):
        if isinstance(value, torch.Tensor):
            return [(place, value)]
        if hasattr(value, "items"):
            entries = value.items()
        elif isinstance(value, (list, tuple)):
            entries = enumerate(value)
        else:
            return []
        return [x for key, v in entries for x in leaves(v, f"{place}.{key}" if place else f"{key}")]

    # A copy, since a network may write over what it is handed.
    return leaves(network(images.clone()), "")


def check_model(network, images, description):
    """The model itself, before it is exported: runs, answers the same twice, gives classes."""
    try:
        with torch.no_grad():
            first, second = answers(network, images), answers(network, images)
    except Exception as error:
        raise ExportError(
            f"The model fails on images of shape {list(images.shape)}: {first_line(error)}"
        ) from error
    if not first:
        raise ExportError("The model's answer holds no tensor.")
    if any(not torch.equal(a, b) for (_, a), (_, b) in zip(first, second)):
        raise ExportError(
            "The model gives another answer each time, in eval mode too: look for F.dropout "
            "without training=self.training, or for random numbers in forward."
        )
    shapes = ", ".join(f"{place or 'answer'} {list(value.shape)}" for place, value in first)
    if len(first) > 1:
        print(f"The model has several outputs: {shapes}. GRED asks which one holds the classes.")
        return
    logits = first[0][1]
    if logits.dim() < 2 or logits.shape[0] != len(images) or logits[0].numel() != logits.shape[1]:
        raise ExportError(f"The model must answer [{len(images)}, classes], found {shapes}.")
    names, classes = description["class_names"], logits.shape[1]
    # One number is for two classes.
    if names is not None and len(names) != max(classes, 2):
        raise ExportError(f"There are {len(names)} class names for {classes} outputs.")
    if logits.is_floating_point():
        check_probabilities(logits.flatten(1), description["output"] == "probabilities")


def check_probabilities(rows, expected):
    inside = bool(((rows >= 0) & (rows <= 1)).all())
    if expected and not inside:
        raise ExportError(
            f"With probabilities=True the answers must be in 0 … 1, found {rows.min():.4g} to "
            f"{rows.max():.4g}."
        )
    sums = rows.sum(1)
    if not expected and inside and torch.allclose(sums, torch.ones_like(sums)):
        print("The answers add up to 1. If the model ends in a softmax, give probabilities=True.")


def compare(network, path, description, static):
    """The file against the model: answers and input gradients, on 1 and on 7 images."""
    loaded = torch.export.load(path).module()
    for count in [1, 7]:
        parts = sample(description, count).split(1 if static else count)
        ours, theirs = (measured(either, parts) for either in [network, loaded])
        apart = {key: (value - theirs[key]).abs().max().item() for key, value in ours.items()}
        images = "1 image" if count == 1 else f"{count} images"
        for key, value in ours.items():
            largest = value.abs().max().item()
            if not math.isfinite(largest):
                raise ExportError(f"The model's {key} on {images} of random pixels is not finite.")
            if not apart[key] <= TOLERANCE * largest + 1e-9:
                raise ExportError(
                    f"The saved program differs from the model on {images}: {key} by "
                    f"{apart[key]:.3g}, of at most {largest:.3g}. Nothing was written."
                )
        text = ", ".join(f"{key} {value:.1e}" for key, value in apart.items())
        print(f"{images}: largest differences: {text}")


def measured(network, parts):
    """What the network says of each part, one below the other, and the input gradients."""
    each = [measured_at_once(network, images) for images in parts]
    return {key: torch.cat([values[key] for values in each]) for key in each[0]}


def measured_at_once(network, images):
    """What the network says, and the input gradient of a fixed weighted sum of it."""
    images = images.clone().requires_grad_()
    with torch.enable_grad():
        said = [(place, x) for place, x in answers(network, images) if x.is_floating_point()]
        total = sum((value * weights(value)).sum() for _, value in said)
        if not isinstance(total, torch.Tensor) or not total.requires_grad:
            raise ExportError(
                "No gradient flows from the model's answer to the images (argmax, no_grad or "
                "detach in forward?), and GRED needs one."
            )
        (gradient,) = torch.autograd.grad(total, images, allow_unused=True)
    if gradient is None:
        raise ExportError("The model's answer does not depend on the images.")
    values = {f"output {place}" if place else "logits": value.detach() for place, value in said}
    return {**values, "gradient": gradient}


def weights(value):
    generator = torch.Generator().manual_seed(value[0].numel())
    return torch.randn(value.shape[1:], generator=generator).to(value.dtype)


# The command line ---------------------------------------------------------------------------------


def made(factory, arguments):
    """What `package.module:factory` or `file.py:factory` makes of `key=value` arguments."""
    where, _, name = factory.rpartition(":")
    if not where:
        raise ExportError(f"The model is given as package.module:factory, found '{factory}'.")
    sys.path.insert(0, os.getcwd())
    try:
        if where.endswith(".py"):
            spec = importlib.util.spec_from_file_location(Path(where).stem, where)
            module = importlib.util.module_from_spec(spec)
            # Classes look their own module up.
            sys.modules[spec.name] = module
            spec.loader.exec_module(module)
        else:
            module = importlib.import_module(where)
    except (ImportError, OSError, RuntimeError) as error:
        raise ExportError(f"'{where}' cannot be imported: {first_line(error)}") from error
    if not hasattr(module, name):
        raise ExportError(f"'{where}' has no '{name}'.")
    return getattr(module, name)(**dict(map(argument, arguments)))


def argument(text):
    key, equals, value = text.partition("=")
    if not equals:
        raise ExportError(f"An argument is given as key=value, found '{text}'.")
    try:
        return key, ast.literal_eval(value)
    except (SyntaxError, ValueError):
        return key, value


def load(model, path):
    """Puts the file's weights into the model: every one that it has, and no other."""
    if path.endswith(".safetensors"):
        try:
            import safetensors.torch
        except ImportError as error:
            raise ExportError("To read safetensors: pip install safetensors") from error
        state = safetensors.torch.load_file(path)
    else:
        try:
            state = torch.load(path, map_location="cpu", weights_only=True)
        except Exception as error:
            reason = first_line(error)
            raise ExportError(f"'{path}' is no file of weights alone: {reason}") from error
    # Checkpoints have the weights beside other things; DataParallel puts a word before each name.
    for key in ["state_dict", "model_state_dict", "model"]:
        if isinstance(state, dict) and isinstance(state.get(key), dict):
            state = state[key]
    if not isinstance(state, dict):
        raise ExportError(f"'{path}' holds a {type(state).__name__} and no state_dict.")
    state = {key.removeprefix("module."): value for key, value in state.items()}
    try:
        model.load_state_dict(state)
    except RuntimeError as error:
        raise ExportError(f"'{path}' is not of this model: {error}") from error


def numbers_in(text):
    return [float(part) for part in text.split(",")]


def pixels(text):
    parts = [int(part) for part in text.replace("x", ",").split(",")]
    return parts[0] if len(parts) == 1 else parts


def parsed(words):
    introduction, _, rest = __doc__.partition("\n\n")
    parser = argparse.ArgumentParser(
        prog="export.py",
        description=introduction,
        epilog=rest,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("model", metavar="package.module:factory", help="what makes the model; or file.py:factory")
    add("--argument", action="append", default=[], metavar="KEY=VALUE", help="for the factory")
    add("--weights", metavar="FILE", help="a state_dict (.pth, .pt) or .safetensors")
    add("--output", default="model.pt2", metavar="FILE", help="default: model.pt2")
    add("--shape", type=pixels, default=[3, 224, 224], metavar="C,H,W", help="default: 3,224,224")
    add("--mean", type=numbers_in, metavar="R,G,B", help="subtracted from images in 0 … 1")
    add("--std", type=numbers_in, metavar="R,G,B", help="they are then divided by this")
    add("--resize", type=pixels, metavar="SIDE|H,W", help="of the shorter side, or of both")
    add("--crop", type=pixels, metavar="SIDE|H,W", help="of the middle, after resizing")
    add("--classes", metavar="FILE", help="class names, one a line, in the order of the outputs")
    add("--probabilities", action="store_true", help="the model ends in a softmax or sigmoid")
    return parser.parse_args(words)


def main(words=None):
    options = parsed(words)
    try:
        names = None
        if options.classes:
            lines = Path(options.classes).read_text(encoding="utf-8").splitlines()
            names = [line.strip() for line in lines if line.strip()]
        model = made(options.model, options.argument)
        if options.weights:
            load(unwrapped(model), options.weights)
        else:
            print("No --weights: the model is exported as the factory makes it.")
        export(
            model,
            shape=options.shape,
            path=options.output,
            class_names=names,
            mean=options.mean,
            std=options.std,
            resize=options.resize,
            crop=options.crop,
            probabilities=options.probabilities,
        )
    except (ExportError, OSError) as error:
        sys.exit(f"export.py: {error}")


if __name__ == "__main__":
    main()
