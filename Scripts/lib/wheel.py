"""Looks into the wheel of PyTorch, for Scripts/setup. Needs nothing but Python itself.

wheel.py needs-nvidia WHEEL   exits 0 if the wheel depends on NVIDIA's packages, 1 if not
wheel.py keep SOURCE TARGET   lays out what a C++ build needs of SOURCE (a wheel, or a folder
                              that pip filled) under TARGET, and the licences
"""

import os
import re
import shutil
import signal
import sys
import zipfile

# Libraries, headers and version of libtorch; what NVIDIA's packages hold for running; licences.
KEPT = re.compile(
    r"torch/(lib/.+|include/.+|version\.py)$"
    r"|nvidia/[^/]+/lib/.+"
    r"|[^/]+\.dist-info/(licenses/.+|LICEN[CS]E[^/]*|License[^/]*|NOTICE[^/]*)$"
)
# Needed inside Python alone.
DROPPED = re.compile(r"torch/lib/(libtorch_python\.|lib[a-z]+_test\.)|.*/__pycache__/|.*/__init__\.py$")


def is_kept(name):
    return bool(KEPT.match(name)) and not DROPPED.match(name) and not name.endswith("/")


def destination(target, name):
    """Licences are gathered in one folder, so that only libtorch's own names are at the top."""
    package, _, rest = name.partition(".dist-info/")
    if rest:
        name = os.path.join("licenses", package, re.sub("^licenses/", "", rest))
    path = os.path.join(target, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    return path


def belongs_here(name):
    """Of the packages that came along, the licences of those whose files are kept."""
    return ".dist-info/" not in name or name.startswith(("torch-", "nvidia", "cuda_toolkit"))


def keep_wheel(wheel, target):
    with zipfile.ZipFile(wheel) as archive:
        for name in filter(is_kept, archive.namelist()):
            with archive.open(name) as source, open(destination(target, name), "wb") as sink:
                shutil.copyfileobj(source, sink, 1 << 20)


def keep_folder(folder, target):
    for where, _, files in os.walk(folder):
        for file in files:
            path = os.path.join(where, file)
            name = os.path.relpath(path, folder)
            if is_kept(name) and belongs_here(name):
                shutil.move(path, destination(target, name))


def needs_nvidia(wheel):
    with zipfile.ZipFile(wheel) as archive:
        metadata = next(n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
        text = archive.read(metadata).decode()
    needed = re.findall(r"^Requires-Dist: *(nvidia|cuda)[^\n;]*(?:;[^\n]*)?$", text, re.M)
    return bool(needed)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends it without a traceback
    if sys.argv[1] == "needs-nvidia":
        sys.exit(0 if needs_nvidia(sys.argv[2]) else 1)
    source, target = sys.argv[2:]
    (keep_folder if os.path.isdir(source) else keep_wheel)(source, target)
