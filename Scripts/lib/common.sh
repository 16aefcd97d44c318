# Shared by Scripts/setup and Scripts/doctor: where things live, and how each is recognised.
# Read with `source`; nothing here changes anything on disk.
# shellcheck shell=bash
# shellcheck disable=SC2034  # the scripts that read this file use the names it sets

# The libtorch that is fetched when none is selected, and the minor versions of 2.x that are accepted.
readonly default_libtorch=2.13.0 oldest_minor=11 newest_minor=15
readonly oldest_swift=6.1

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cache=${GRED_CACHE:-$HOME/.cache/gred}
[[ $cache == /* ]] || cache=$PWD/$cache
data=${GRED_DATA:-$cache/data}
build=$root/.build
stamp=$build/libtorch.stamp

say() { printf '%s\n' "$*" >&2; }
fail() {
    say "error: $*"
    exit 1
}

on_mac() { [[ $OSTYPE == darwin* ]]; }
am_root() { [[ $EUID -eq 0 ]]; }

# True if version $1 is at least version $2 (both major.minor, more is ignored).
at_least() {
    local major minor want_major want_minor
    IFS=. read -r major minor _ <<<"$1"
    IFS=. read -r want_major want_minor _ <<<"$2"
    ((major > want_major || (major == want_major && minor >= want_minor)))
}

# How much room is left for folder $1, which need not exist yet.
free_space() {
    local folder=$1
    while [[ ! -d $folder ]]; do folder=$(dirname "$folder"); done
    df -Ph "$folder" | awk 'NR == 2 { print $4 }'
}

swift_version() {
    swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9][0-9.]*\).*/\1/p' || true
}

# --- System packages -------------------------------------------------------------------------

# The names, for apt, of the packages that are missing here. Asks for what a package provides,
# since the same file may come from elsewhere.
missing_packages() {
    command -v make >/dev/null || echo make
    command -v git >/dev/null || echo git
    if ! on_mac; then
        compgen -G '/usr/include/c++/*/vector' >/dev/null || echo g++
    fi
    if ! command -v pkg-config >/dev/null; then
        echo pkg-config
        [[ -e /usr/include/zlib.h ]] || echo zlib1g-dev
        [[ -e /usr/include/png.h ]] || echo libpng-dev
        [[ -e /usr/include/jpeglib.h ]] || echo libjpeg-dev
        on_mac || [[ -e /usr/include/openssl/evp.h ]] || echo libssl-dev
        return
    fi
    pkg-config --exists zlib || echo zlib1g-dev
    pkg-config --exists libpng || echo libpng-dev
    pkg-config --exists libjpeg || echo libjpeg-dev
    on_mac || pkg-config --exists libcrypto || echo libssl-dev
}

# The command a user types to install packages $@.
install_command() {
    if on_mac; then
        local names=("$@")
        names=("${names[@]/zlib1g-dev/zlib}")
        names=("${names[@]/libpng-dev/libpng}")
        names=("${names[@]/libjpeg-dev/jpeg-turbo}")
        names=("${names[@]/python3-pip/python3}")
        echo "brew install ${names[*]}"
    elif am_root; then
        echo "apt-get update && apt-get install -y $*"
    else
        echo "sudo apt-get update && sudo apt-get install -y $*"
    fi
}

# The first Python that has pip. An apt-installed pip serves the system's Python alone, which
# need not be the first `python3` on the PATH.
python_with_pip() {
    local python
    for python in python3 /usr/bin/python3; do
        if "$python" -m pip --version >/dev/null 2>&1; then
            echo "$python"
            return
        fi
    done
    return 1
}

# --- libtorch --------------------------------------------------------------------------------

# Sets `libtorch` to the selected folder (it holds lib/ and include/), `selection` to how it was
# chosen and, where it is one that Scripts/setup fetches, `wanted_version`. The folder need not
# exist yet.
select_libtorch() {
    wanted_version=
    if [[ -n ${LIBTORCH:-} ]]; then
        libtorch=${LIBTORCH%/}
        selection="LIBTORCH=$LIBTORCH"
        if [[ $libtorch != /* ]]; then libtorch=$PWD/$libtorch; fi
    elif [[ ${LIBTORCH_USE_PYTORCH:-0} != 0 ]]; then
        selection="LIBTORCH_USE_PYTORCH=$LIBTORCH_USE_PYTORCH"
        # Looks PyTorch up without importing it, which would take seconds.
        libtorch=$(python3 -c '
import importlib.util, os
spec = importlib.util.find_spec("torch")
print(os.path.dirname(spec.origin) if spec and spec.origin else "")' 2>/dev/null) || libtorch=
    else
        wanted_version=${LIBTORCH_VERSION:-$default_libtorch}
        libtorch=$cache/libtorch/$wanted_version/torch
        selection=${LIBTORCH_VERSION:+LIBTORCH_VERSION=$LIBTORCH_VERSION}
    fi
}

is_fetched() { [[ -n $wanted_version ]]; }

# True if folder $1 holds libraries and headers to build against.
is_libtorch() {
    [[ -d $1/include/ATen && (-e $1/lib/libtorch_cpu.so || -e $1/lib/libtorch_cpu.dylib) ]]
}

# The version of the libtorch in folder $1, such as 2.13.0+cpu. A wheel states it in version.py,
# the C++ archive in build-version, any of them in a header.
libtorch_version() {
    local header=$1/include/torch/headeronly/version.h
    local older_header=$1/include/torch/csrc/api/include/torch/version.h version=
    if [[ -r $1/version.py ]]; then
        version=$(sed -n "s/^__version__ = ['\"]\([^'\"]*\).*/\1/p" "$1/version.py")
    elif [[ -r $1/build-version ]]; then
        read -r version <"$1/build-version" || true
    else
        [[ -r $header ]] || header=$older_header
        version=$(sed -nE 's/^#define TORCH_VERSION_(MAJOR|MINOR|PATCH) ([0-9]+).*/\2/p' "$header" 2>/dev/null |
            paste -sd . -) || version=
    fi
    echo "${version:-unknown}"
}

is_supported() {
    [[ $1 =~ ^2\.([0-9]+)(\.|\+|$) ]] &&
        ((BASH_REMATCH[1] >= oldest_minor && BASH_REMATCH[1] <= newest_minor))
}

# What to say of libtorch version $1, which is $2, where it is not supported.
support_sentence() {
    echo "GRED works with libtorch 2.$oldest_minor to 2.$newest_minor, but $2 is version $1: select" \
        "another (LIBTORCH, LIBTORCH_VERSION), or unset those variables."
}

has_cuda() { [[ -e $1/lib/libtorch_cuda.so ]]; }

# The shared libraries that must lie beside the products: libtorch's own and, for a CUDA build
# from a wheel, those of the NVIDIA packages beside it.
libraries() {
    compgen -G "$1/lib/*.so*" || true
    compgen -G "$1/lib/*.dylib" || true
    if has_cuda "$1"; then compgen -G "$1/../nvidia/*/lib/*.so*" || true; fi
}

# The folders of the build's products. SwiftPM links .build/<configuration> to the same place,
# but only once it has built.
product_folders() {
    local triple
    case $OSTYPE in
        darwin*) triple=$(uname -m)-apple-macosx ;;
        *) triple=$(uname -m)-unknown-linux-gnu ;;
    esac
    echo "$build/$triple/release"
    echo "$build/$triple/debug"
}
