"""What every package says of keystop, read from Cargo.toml, the platforms that binaries are built for, and tar files that
come out the same each time."""

import gzip
import io
import os
import tarfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = tomllib.loads((ROOT / "Cargo.toml").read_text())["package"]
VERSION = PACKAGE["version"]
SUMMARY = PACKAGE["description"]
REPOSITORY = PACKAGE["repository"]
LICENCES = ["LICENSE-APACHE", "LICENSE-MIT"]

# Rust's target: the tags of a wheel, and how npm and Debian name the machine.
PLATFORMS = {
    "x86_64-unknown-linux-musl": ("manylinux2014_x86_64.musllinux_1_1_x86_64", "linux", "x64", "amd64"),
    "aarch64-unknown-linux-musl": ("manylinux2014_aarch64.musllinux_1_1_aarch64", "linux", "arm64", "arm64"),
    "x86_64-apple-darwin": ("macosx_10_12_x86_64", "darwin", "x64", None),
    "aarch64-apple-darwin": ("macosx_11_0_arm64", "darwin", "arm64", None),
    "x86_64-pc-windows-msvc": ("win_amd64", "win32", "x64", None),
}


def binary_name(target):
    return "keystop.exe" if "windows" in target else "keystop"


def timestamp():
    """The same input gives the same package: times are those of the release, not of the build."""
    return int(os.environ.get("SOURCE_DATE_EPOCH", "1767225600"))


def tarball(path, folder, files):
    """Writes `files`, their contents and modes by name, as a compressed tar file with all of them in `folder`."""
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for file, (content, mode) in files.items():
            entry = tarfile.TarInfo(f"{folder}/{file}")
            entry.size, entry.mode, entry.mtime = len(content), mode, timestamp()
            archive.addfile(entry, io.BytesIO(content))
    with open(path, "wb") as file, gzip.GzipFile("", "wb", 9, file, timestamp()) as packed:
        packed.write(tar.getvalue())
    return path
