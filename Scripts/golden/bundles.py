"""What the bundles that Python writes have in common: streams, small networks, votes, files.

It follows the documentation of the format and of the guard, and shares no code with them.
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


# Random numbers ------------------------------------------------------------------------------------

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


def streams(pixels, purpose):
    """For each image a stream, from the published key and the image's bytes."""
    secret = hashlib.sha256(b"GRED published tables").digest()
    codes = [hmac.new(secret, image.tobytes(), hashlib.sha256).digest() for image in pixels]
    return [Stream(int.from_bytes(code[:8], "little"), purpose) for code in codes]


# Networks ------------------------------------------------------------------------------------------


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


# Recovery ------------------------------------------------------------------------------------------


def votes(rectifier, pixels, maps, alpha, copies):
    """The mean of the rectifier's probabilities on masked copies (Eqs. 13 and 14), and how near a pixel is to
    being suspect, as a share of the map's peak."""
    drawn = streams(pixels, "masks")
    total, close = 0, []
    for _ in range(copies):
        masked = []
        for image, s, stream in zip(pixels / 255, maps.numpy().max(1), drawn):
            threshold = alpha * s.max() + (1 - alpha) * s.min()
            close.append(np.abs(s - threshold).min() / s.max())
            coin = stream.uniforms(s.size).reshape(s.shape)
            normal = stream.normals(image.size).reshape(image.shape)
            random = np.clip(np.round((normal * image.std() + image.mean()) * 255), 0, 255) / 255
            masked.append(np.where((s > threshold) & (coin < 0.5), random, image))
        with torch.no_grad():
            total += rectifier(torch.from_numpy(np.stack(masked))).softmax(1)
    return total / copies, min(close)


# Files ---------------------------------------------------------------------------------------------


def write_bundle(folder, models, manifest):
    """The weights of each network, and `guard.json`, which also says what each file must be and,
    from schema 3 on, is sealed: with the SHA-256 of what it is without its seal."""
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
    manifest = {
        "madeBy": "gred 0.1.0", "classifierHash": parts["classifier.safetensors"]["sha256"],
        "training": ["on nothing"], "parts": parts, **manifest,
    }
    unsealed = json.dumps(manifest if manifest["schema"] < 3 else {**manifest, "seal": ""}, indent=2) + "\n"
    seal = hashlib.sha256(unsealed.encode()).hexdigest()
    (folder / "guard.json").write_text(unsealed.replace('"seal": ""', f'"seal": "{seal}"'))
