#!/usr/bin/env python3
"""A release's archive: archive.py TARGET BINARY FOLDER, with the manual, completions and licences. Its name is the one that
`cargo binstall` looks for. A binary of another machine is described by one that runs here, named in KEYSTOP."""

import os
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

from common import LICENCES, ROOT, VERSION, binary_name, tarball, timestamp

COMPLETIONS = {"bash": "keystop.bash", "zsh": "_keystop", "fish": "keystop.fish", "powershell": "keystop.ps1"}


def contents(target, binary):
    keystop = os.environ.get("KEYSTOP", binary)
    files = {binary_name(target): (Path(binary).read_bytes(), 0o755)}
    for name in ["README.md", "CHANGELOG.md", *LICENCES]:
        files[name] = ((ROOT / name).read_bytes(), 0o644)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([keystop, "man", folder], check=True)
        for page in sorted(Path(folder).iterdir()):
            files[f"man/{page.name}"] = (page.read_bytes(), 0o644)
    for shell, name in COMPLETIONS.items():
        said = subprocess.run([keystop, "completions", shell], check=True, stdout=subprocess.PIPE)
        files[f"completions/{name}"] = (said.stdout, 0o644)
    return files


def build(target, binary, folder):
    name = f"keystop-{VERSION}-{target}"
    files = contents(target, binary)
    if "windows" in target:
        path = Path(folder) / f"{name}.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for file, (content, _) in files.items():
                archive.writestr(zipfile.ZipInfo(f"{name}/{file}", time.gmtime(timestamp())[:6]), content)
        return path
    path = Path(folder) / f"{name}.tar.gz"
    return tarball(path, name, files)


if __name__ == "__main__":
    print(build(*sys.argv[1:]))
