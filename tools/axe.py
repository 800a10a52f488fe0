"""Fetches axe-core, which the browser tests look for accessibility faults with, into .tools. Standard library only.

    python3 tools/axe.py

Needs npm and, the first time, the network. Without them it says so: those tests are then skipped, except on CI.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

VERSION = "4.14.1"
SHA256 = "e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745"
AXE = Path(__file__).resolve().parents[1] / ".tools" / f"axe-core-{VERSION}.min.js"


def main() -> None:
    problem = None if AXE.exists() else fetch()
    print(problem or f"axe-core {VERSION} is in {AXE.parent.name}.")


def fetch() -> str | None:
    """None, or one sentence why not."""
    npm = shutil.which("npm")
    if not npm:
        return "There is no npm here to fetch axe-core with: apt-get install npm"
    with tempfile.TemporaryDirectory() as folder:
        command = [npm, "pack", f"axe-core@{VERSION}", "--silent", "--pack-destination", folder]
        if subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL).returncode:
            return "npm could not fetch axe-core; the lines above say why."
        package = Path(folder) / f"axe-core-{VERSION}.tgz"
        if hashlib.sha256(package.read_bytes()).hexdigest() != SHA256:
            return "What npm fetched is not the axe-core that is known here."
        with tarfile.open(package) as archive:
            source = archive.extractfile("package/axe.min.js")
            content = source.read() if source else b""
    AXE.parent.mkdir(exist_ok=True)
    AXE.write_bytes(content)
    return None


if __name__ == "__main__":
    main()
