#!/usr/bin/env python3
"""The Homebrew formula of a release: homebrew.py ADDRESS SHA256SUMS, where ADDRESS is the folder of the release's files."""

import sys
from pathlib import Path

from common import PACKAGE, REPOSITORY, SUMMARY, VERSION

# How a formula asks for a machine.
MACHINES = {
    ("on_macos", "on_arm"): "aarch64-apple-darwin",
    ("on_macos", "on_intel"): "x86_64-apple-darwin",
    ("on_linux", "on_arm"): "aarch64-unknown-linux-musl",
    ("on_linux", "on_intel"): "x86_64-unknown-linux-musl",
}


def formula(address, sums):
    digests = dict(reversed(line.split()) for line in Path(sums).read_text().splitlines())
    lines = ["class Keystop < Formula", f'  desc "{SUMMARY.removeprefix("A ").capitalize()}"']
    lines += [f'  homepage "{REPOSITORY}"', f'  version "{VERSION}"']
    lines += [f'  license any_of: {str(PACKAGE["license"].split(" OR ")).replace(chr(39), chr(34))}', ""]
    for system in ["on_macos", "on_linux"]:
        lines.append(f"  {system} do")
        for (on, machine), target in MACHINES.items():
            if on == system:
                name = f"keystop-{VERSION}-{target}.tar.gz"
                lines += [f"    {machine} do", f'      url "{address}/{name}"', f'      sha256 "{digests[name]}"', "    end"]
        lines += ["  end", ""]
    lines += [
        "  def install",
        '    bin.install "keystop"',
        '    man1.install Dir["man/*.1"]',
        '    bash_completion.install "completions/keystop.bash" => "keystop"',
        '    zsh_completion.install "completions/_keystop"',
        '    fish_completion.install "completions/keystop.fish"',
        "  end",
        "",
        "  test do",
        '    system bin/"keystop", "demo"',
        "  end",
        "end",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(formula(*sys.argv[1:]))
