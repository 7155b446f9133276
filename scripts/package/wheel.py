#!/usr/bin/env python3
"""A wheel that carries the binary: wheel.py TARGET BINARY FOLDER. It needs no Rust and no build tool to install."""

import base64
import hashlib
import sys
import time
import zipfile
from pathlib import Path

from common import LICENCES, PACKAGE, PLATFORMS, REPOSITORY, ROOT, SUMMARY, VERSION, binary_name, timestamp


def metadata():
    head = [
        "Metadata-Version: 2.4",
        "Name: keystop",
        f"Version: {VERSION}",
        f"Summary: {SUMMARY}",
        f"Keywords: {','.join(PACKAGE['keywords'])}",
        f"License-Expression: {PACKAGE['license']}",
        *(f"License-File: {name}" for name in LICENCES),
        f"Project-URL: Source, {REPOSITORY}",
        f"Project-URL: Changelog, {REPOSITORY}/blob/main/CHANGELOG.md",
        "Classifier: Environment :: Console",
        "Classifier: Topic :: Security",
        "Classifier: Topic :: Software Development :: Version Control :: Git",
        "Requires-Python: >=3.8",
        "Description-Content-Type: text/markdown",
    ]
    return "\n".join(head) + "\n\n" + (ROOT / "README.md").read_text()


def build(target, binary, folder):
    tags = PLATFORMS[target][0]
    info = f"keystop-{VERSION}.dist-info"
    wheel = ["Wheel-Version: 1.0", "Generator: keystop", "Root-Is-Purelib: false"]
    wheel += [f"Tag: py3-none-{tag}" for tag in tags.split(".")]
    files = {
        f"keystop-{VERSION}.data/scripts/{binary_name(target)}": (Path(binary).read_bytes(), 0o755),
        f"{info}/METADATA": (metadata().encode(), 0o644),
        f"{info}/WHEEL": ("\n".join(wheel).encode() + b"\n", 0o644),
    }
    for name in LICENCES:
        files[f"{info}/licenses/{name}"] = ((ROOT / name).read_bytes(), 0o644)
    record = []
    path = Path(folder) / f"keystop-{VERSION}-py3-none-{tags}.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, (content, mode) in files.items():
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            record.append(f"{name},sha256={digest},{len(content)}")
            add(archive, name, content, mode)
        record.append(f"{info}/RECORD,,")
        add(archive, f"{info}/RECORD", ("\n".join(record) + "\n").encode(), 0o644)
    return path


def add(archive, name, content, mode):
    entry = zipfile.ZipInfo(name, time.gmtime(timestamp())[:6])
    # A regular file, so that the installer knows which one is a program.
    entry.external_attr = (0o100000 | mode) << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, content)


if __name__ == "__main__":
    print(build(*sys.argv[1:]))
