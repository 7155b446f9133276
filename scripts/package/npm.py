#!/usr/bin/env python3
"""The npm packages: npm.py TARGET BINARY FOLDER makes the one that carries a binary, npm.py main FOLDER the one that
people name, which depends on all of them, of which npm installs the one that fits the machine."""

import json
import sys
from pathlib import Path

from common import LICENCES, PACKAGE, PLATFORMS, REPOSITORY, ROOT, SUMMARY, VERSION, binary_name, tarball

# Finds the binary of this machine. Once installed, it is not run any more: see INSTALL.
LAUNCHER = """#!/usr/bin/env node
const { spawnSync } = require("node:child_process");
const { binary } = require("../binary.js");

const ran = spawnSync(binary(), process.argv.slice(2), { stdio: "inherit" });
// A keystop that could not be run has judged nothing.
process.exit(ran.status ?? 2);
"""

BINARY = """const name = process.platform === "win32" ? "keystop.exe" : "keystop";
const carrier = `keystop-${process.platform}-${process.arch}`;

exports.binary = () => {
  try {
    return require.resolve(`${carrier}/bin/${name}`);
  } catch {
    console.error(`keystop: no binary for this machine: ${carrier} is not installed`);
    console.error("hint: npm install --include=optional keystop");
    process.exit(2);
  }
};
"""

# A commit is not to wait for node: the launcher is replaced by the binary itself, where the system can run it by its name.
INSTALL = """const fs = require("node:fs");
const path = require("node:path");
const { binary } = require("./binary.js");

if (process.platform !== "win32") {
  const launcher = path.join(__dirname, "bin", "keystop");
  const beside = `${launcher}.new`;
  try {
    fs.rmSync(beside, { force: true });
    try {
      fs.linkSync(binary(), beside);
    } catch {
      fs.copyFileSync(binary(), beside);
      fs.chmodSync(beside, 0o755);
    }
    fs.renameSync(beside, launcher);
  } catch (error) {
    // The launcher does the same, only slower.
    console.warn(`keystop: the launcher stays: ${error.message}`);
  }
}
"""


def carrier(target):
    _, system, machine, _ = PLATFORMS[target]
    return f"keystop-{system}-{machine}"


def manifest(name, **more):
    base = {"name": name, "version": VERSION, "description": SUMMARY, "license": f"({PACKAGE['license']})"}
    # The proof of origin that npm takes with a package must name the same one.
    base["repository"] = {"type": "git", "url": f"git+{REPOSITORY}.git"}
    return json.dumps({**base, **more}, indent=2).encode() + b"\n"


def pack(name, files, folder):
    path = Path(folder) / f"{name}-{VERSION}.tgz"
    for licence in LICENCES:
        files[licence] = ((ROOT / licence).read_bytes(), 0o644)
    return tarball(path, "package", files)


def binary_package(target, binary, folder):
    _, system, machine, _ = PLATFORMS[target]
    name = carrier(target)
    files = {
        "package.json": (manifest(name, os=[system], cpu=[machine], preferUnplugged=True), 0o644),
        f"bin/{binary_name(target)}": (Path(binary).read_bytes(), 0o755),
    }
    return pack(name, files, folder)


def main_package(folder):
    more = {
        "keywords": PACKAGE["keywords"],
        "bin": {"keystop": "bin/keystop"},
        "scripts": {"postinstall": "node install.js"},
        "engines": {"node": ">=16"},
        "optionalDependencies": {carrier(target): VERSION for target in PLATFORMS},
    }
    files = {
        "package.json": (manifest("keystop", **more), 0o644),
        "bin/keystop": (LAUNCHER.encode(), 0o755),
        "binary.js": (BINARY.encode(), 0o644),
        "install.js": (INSTALL.encode(), 0o644),
        "README.md": ((ROOT / "README.md").read_bytes(), 0o644),
    }
    return pack("keystop", files, folder)


if __name__ == "__main__":
    print(main_package(*sys.argv[2:]) if sys.argv[1] == "main" else binary_package(*sys.argv[1:]))
