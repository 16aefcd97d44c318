#!/usr/bin/env python3
"""Writes Tests/GREDImagesTests/Golden: what Pillow decodes, and how torchvision resizes.

Run it from the repository's root, in an environment that has PyTorch, torchvision and Pillow:

    python -m venv .venv
    .venv/bin/pip install torch==2.13.0 torchvision==0.28.0 numpy pillow safetensors
    .venv/bin/python Scripts/golden/pictures.py [FOLDER …]

`pictures.safetensors` holds small files made here, as bytes (`file.NAME`), and the pixels that
Pillow gives once it has turned them as their EXIF block says (`pixels.NAME`, [H, W, C]).
`resizing.safetensors` holds pictures (`from.NAME`, [H, W, C]) and what torchvision makes of them
(`to.NAME`), under `cases` in its metadata with which sizes.
`corruptions.safetensors` holds a colour and a grey image (`from.KIND`, [C, H, W]) and what becomes
of them (`to.KIND.NAME`), under `cases` in its metadata by which corruption: what Pillow saves as a
JPEG and reads again, and what PyTorch and numpy make of the pixels.
`photographs.json` holds, of each photograph in the FOLDERs, the SHA-256 of Pillow's RGB pixels:
none of them is kept. Without a FOLDER it stays as it is.
"""

import hashlib
import io
import json
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps
from safetensors.numpy import save_file

try:
    from torchvision.transforms import v2
except RuntimeError:
    # A torchvision that was built for another PyTorch (CUDA's beside the CPU's) cannot load its own
    # operators. Nothing here needs them, but the import asks for their names.
    library = torch.library.Library("torchvision", "DEF")
    for name in ["nms", "qnms"]:
        library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    from torchvision.transforms import v2

GOLDEN = Path(__file__).resolve().parents[2] / "Tests" / "GREDImagesTests" / "Golden"
random = np.random.default_rng(0)
torch.set_num_threads(1)


def scene(height, width, channels):
    """Slopes, an edge and a little noise: something for each part of a codec."""
    y, x = np.mgrid[0:height, 0:width]
    planes = []
    for channel in range(channels):
        plane = 40 * channel + 150 * x / width + 60 * np.sin(y / (2 + channel))
        planes.append(plane + 70 * (x + y > 20) + random.normal(0, 6, (height, width)))
    return np.clip(np.stack(planes, -1), 0, 255).astype(np.uint8)


def encoded(image, format, **options):
    memory = io.BytesIO()
    image.save(memory, format, **options)
    return memory.getvalue()


def exif(orientation):
    block = Image.Exif()
    block[0x0112] = orientation
    return block


def big_endian_exif(jpeg, orientation):
    """The same block as Pillow's, in the other order of bytes, in a segment of its own."""
    block = b"Exif\0\0MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, orientation, 0, 0)
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block + jpeg[2:]


def chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


# Where Adam7's seven passes begin, row and column, and by how much they step.
ADAM7 = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]


def png(pixels, bits=8, interlaced=False, palette=b""):
    """Kinds that Pillow reads and does not write: 16 bits, and interlaced ones."""
    height, width, channels = pixels.shape
    kind = 3 if palette else {1: 0, 2: 4, 3: 2, 4: 6}[channels]
    header = struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, int(interlaced))
    passes = ADAM7 if interlaced else [(0, 0, 1, 1)]
    parts = [pixels[row::down, column::right] for row, column, down, right in passes]
    rows = b"".join(
        b"\0" + row.astype(">u2" if bits == 16 else "u1").tobytes()
        for part in parts if part.size for row in part)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
        + (chunk(b"PLTE", palette) if palette else b"") + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def with_chunk(png, name, body):
    """Behind the header."""
    return png[:33] + chunk(name, body) + png[33:]


def files():
    rgb, grey = Image.fromarray(scene(19, 23, 3)), Image.fromarray(scene(19, 23, 1)[..., 0])
    yield "jpeg-4-2-0", encoded(rgb, "JPEG", quality=90)
    yield "jpeg-4-2-2", encoded(rgb, "JPEG", quality=90, subsampling="4:2:2")
    yield "jpeg-4-4-4", encoded(rgb, "JPEG", quality=90, subsampling="4:4:4")
    yield "jpeg-progressive", encoded(rgb, "JPEG", quality=80, progressive=True)
    yield "jpeg-restarts", encoded(rgb, "JPEG", quality=80, restart_marker_blocks=1)
    yield "jpeg-unconverted", encoded(rgb, "JPEG", quality=90, keep_rgb=True)
    yield "jpeg-grey", encoded(grey, "JPEG", quality=90)
    yield "jpeg-grey-progressive", encoded(grey, "JPEG", quality=60, progressive=True)
    cmyk = Image.fromarray(scene(19, 23, 4), "CMYK")
    yield "jpeg-cmyk", encoded(cmyk, "JPEG", quality=90)
    # The same values, said to be luma, chroma and black: Adobe's marker ends with the transform.
    plain = encoded(cmyk, "JPEG", quality=90)
    place = plain.index(b"Adobe") + 11
    yield "jpeg-ycck", plain[:place] + b"\x02" + plain[place + 1 :]
    for orientation in range(1, 9):
        yield f"jpeg-exif-{orientation}", encoded(rgb, "JPEG", quality=70, exif=exif(orientation))
    yield "jpeg-exif-big-endian", big_endian_exif(encoded(rgb, "JPEG", quality=70), 6)
    yield "jpeg-exif-9", big_endian_exif(encoded(rgb, "JPEG", quality=70), 9)
    yield "jpeg-garbage-between-segments", plain_with_garbage(encoded(rgb, "JPEG", quality=70))

    rgba = np.concatenate([scene(9, 11, 3), random.integers(0, 256, (9, 11, 1))], -1)
    rgba = Image.fromarray(rgba.astype(np.uint8))
    small = rgba.convert("RGB")
    yield "png-rgb", encoded(small, "PNG")
    yield "png-grey", encoded(small.convert("L"), "PNG")
    yield "png-rgba", encoded(rgba, "PNG")
    yield "png-grey-alpha", encoded(rgba.convert("LA"), "PNG")
    yield "png-grey-transparent-level", encoded(small.convert("L"), "PNG", transparency=100)
    yield "png-1-bit", encoded(small.convert("1"), "PNG")
    for bits in 1, 2, 4, 8:
        palette = small.quantize(2**bits)
        yield f"png-palette-{bits}-bit", encoded(palette, "PNG", bits=bits)
    yield "png-palette-transparent", encoded(small.quantize(7), "PNG", transparency=b"\0\x80")
    yield "png-16-bit-rgb", png(random.integers(0, 65536, (5, 7, 3)), bits=16)
    yield "png-gamma", with_chunk(encoded(small, "PNG"), b"gAMA", struct.pack(">I", 100_000))
    yield "png-exif-8", encoded(small, "PNG", exif=exif(8))
    fine = np.asarray(rgba).astype(np.uint16) * 251 + 77
    yield "png-16-bit-rgba", png(fine, bits=16)
    yield "png-16-bit-grey-alpha", png(fine[..., :2], bits=16)
    yield "png-interlaced-rgb", png(np.asarray(small), interlaced=True)
    yield "png-interlaced-rgba-16-bit", png(fine, bits=16, interlaced=True)
    yield "png-interlaced-grey", png(np.asarray(small)[..., :1], interlaced=True)
    # Narrower than five columns: two passes have no pixels.
    yield "png-interlaced-narrow", png(np.asarray(small)[:, :4], interlaced=True)
    levels = np.asarray(small)[..., :1] // 32
    colours = bytes(range(100, 124))
    yield "png-interlaced-palette", png(levels, interlaced=True, palette=colours)


def plain_with_garbage(jpeg):
    return jpeg[:2] + b"\xff\xfe\0\x04ok" + b"\0\0\0" + jpeg[2:]


def pixels(image, mode):
    array = np.asarray(ImageOps.exif_transpose(image).convert(mode))
    return np.ascontiguousarray(array.reshape(array.shape[0], array.shape[1], -1))


def pictures():
    tensors = {}
    for name, data in files():
        image = Image.open(io.BytesIO(data))
        # Pillow takes grey with transparency for colour where it has 16 bits.
        is_grey = image.mode in ("1", "L", "LA") or "grey" in name
        mode = "L" if is_grey else "RGB"
        tensors[f"file.{name}"] = np.frombuffer(data, np.uint8)
        tensors[f"pixels.{name}"] = pixels(image, mode)
    rgb = tensors["pixels.jpeg-4-2-0"]
    tensors["luma"] = pixels(Image.fromarray(rgb), "L")
    save_file(tensors, GOLDEN / "pictures.safetensors")


def resizing():
    tensors, cases = {}, {}
    # The name, the picture's height, width and channels; the shorter side (or 0: both sides as
    # they come); the height and width wanted.
    for name, source, shorter, target in [
        ("photograph", (75, 100, 3), 32, (28, 28)),
        ("portrait", (61, 47, 3), 37, (33, 30)),
        ("odd-margins", (50, 41, 3), 25, (24, 20)),
        ("grey", (40, 40, 1), 16, (14, 14)),
        ("enlarged", (17, 13, 3), 29, (28, 28)),
        ("stretched", (45, 30, 3), 0, (16, 24)),
        ("one-pixel", (1, 1, 3), 0, (5, 4)),
        ("a-line", (3, 64, 3), 0, (7, 7)),
        ("same", (12, 12, 3), 12, (12, 12)),
    ]:
        array = scene(*source)
        image = Image.fromarray(array[..., 0] if source[2] == 1 else array)
        resize = v2.Resize(shorter or target, antialias=True)
        steps = [resize, v2.CenterCrop(target)] if shorter else [resize]
        tensor = torch.from_numpy(array).permute(2, 0, 1)
        tensors[f"from.{name}"] = array
        tensors[f"to.{name}.pillow"] = pixels(v2.Compose(steps)(image), image.mode)
        ours = v2.Compose(steps)(tensor.float()).round().clamp(0, 255).to(torch.uint8)
        tensors[f"to.{name}.tensor"] = np.ascontiguousarray(ours.permute(1, 2, 0).numpy())
        cases[name] = {"shorter": shorter, "height": target[0], "width": target[1]}
    save_file(tensors, GOLDEN / "resizing.safetensors", {"cases": json.dumps(cases)})


def replicated_blur(image, sigma):
    """One convolution with the whole kernel, in float64."""
    radius = int(4 * sigma + 0.5)
    line = torch.exp(-0.5 * (torch.arange(-radius, radius + 1).double() / sigma) ** 2)
    kernel = torch.outer(line, line) / line.sum() ** 2
    wide = torch.nn.functional.pad(image[:, None], [radius] * 4, mode="replicate")
    return torch.nn.functional.conv2d(wide, kernel[None, None])[:, 0]


def shifted(array, right, down):
    _, height, width = array.shape
    x, y = abs(right), abs(down)
    wide = np.pad(array, [(0, 0), (y, y), (x, x)], mode="edge")
    return wide[:, y - down : y - down + height, x - right : x - right + width]


def corrupted(array, kind, settings):
    """Of pixels [C, H, W] of 8 bits."""
    if kind == "shift":
        return shifted(array, **settings)
    if kind == "jpeg":
        rows = array.transpose(1, 2, 0)
        image = Image.fromarray(rows[..., 0] if array.shape[0] == 1 else rows)
        image = Image.open(io.BytesIO(encoded(image, "JPEG", **settings)))
        return pixels(image, image.mode).transpose(2, 0, 1)
    image = torch.from_numpy(array).double() / 255
    if kind == "blur":
        image = replicated_blur(image, **settings)
    if kind == "brightness":
        image = image * settings["factor"]
    if kind == "contrast":
        image = image.mean() + (image - image.mean()) * settings["factor"]
    return (image.clamp(0, 1) * 255).round().to(torch.uint8).numpy()


def corruptions():
    cases = {f"jpeg-{q}": {"jpeg": {"quality": q}} for q in [1, 10, 50, 75, 90, 100]}
    # The last reaches far beyond the image.
    cases |= {f"blur-{s}": {"blur": {"sigma": s}} for s in [0.2, 0.7, 1.5, 9.0]}
    cases |= {f"brightness-{f}": {"brightness": {"factor": f}} for f in [0.0, 0.7, 1.3]}
    cases |= {f"contrast-{f}": {"contrast": {"factor": f}} for f in [0.0, 0.6, 1.8]}
    for right, down in [(1, 0), (0, -1), (-3, 2), (30, -40)]:
        cases[f"shift-{right}-{down}"] = {"shift": {"right": right, "down": down}}
    tensors = {}
    for name, channels in [("colour", 3), ("grey", 1)]:
        array = np.ascontiguousarray(scene(19, 23, channels).transpose(2, 0, 1))
        tensors[f"from.{name}"] = array
        for case, corruption in cases.items():
            ((kind, settings),) = corruption.items()
            result = corrupted(array, kind, settings)
            tensors[f"to.{name}.{case}"] = np.ascontiguousarray(result)
    save_file(tensors, GOLDEN / "corruptions.safetensors", {"cases": json.dumps(cases)})


def photographs(folders):
    hashes = {}
    for folder in map(Path, folders):
        for file in sorted(folder.glob("*.JPEG")):
            values = pixels(Image.open(file), "RGB")
            hashes[file.name] = hashlib.sha256(values.tobytes()).hexdigest()
    (GOLDEN / "photographs.json").write_text(json.dumps(hashes, indent=1) + "\n")


GOLDEN.mkdir(exist_ok=True)
pictures()
resizing()
corruptions()
if sys.argv[1:]:
    photographs(sys.argv[1:])
