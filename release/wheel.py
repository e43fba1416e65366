"""The wheel for pip, by https://packaging.python.org/en/latest/specifications/binary-distribution-format/: the program as a script of
the environment. A packer of PyPI would be one more thing to fetch and to pin for the forty lines of this file."""

import base64
import hashlib
import time
import zipfile
from pathlib import Path

from compiled import is_static
from source import ROOT, Source


def tags(source: Source, program: Path) -> list[str]:
    """Which systems pip may install it on: a program without libraries runs on each Linux; another is for machines like this one."""
    cpu = source.target.split("-")[0]
    if is_static(program):
        return [f"manylinux_2_17_{cpu}", f"manylinux2014_{cpu}", f"musllinux_1_1_{cpu}"]
    return [f"linux_{cpu}"]


def pack(source: Source, staged: Path, out: Path, level: int) -> None:
    name = f"{source.manifest['name'].replace('-', '_')}-{source.version}"
    platforms = tags(source, staged / "plan")
    info = f"{name}.dist-info"
    entries = {
        f"{name}.data/scripts/plan": (staged / "plan").read_bytes(),
        f"{info}/METADATA": metadata(source).encode(),
        f"{info}/WHEEL": wheel(platforms).encode(),
    }
    for page in ("LICENSE-APACHE", "LICENSE-MIT", "THIRD-PARTY.txt", "licences/rust-standard-library.html"):
        entries[f"{info}/licenses/{page}"] = (staged / page).read_bytes()
    # Where https://peps.python.org/pep-0770/ has it.
    entries[f"{info}/sboms/plan.cdx.json"] = (staged / "sbom.cdx.json").read_bytes()
    record = "".join(f"{path},sha256={digest(content)},{len(content)}\n" for path, content in entries.items())
    entries[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n".encode()

    # A zip has no times before 1980.
    moment = time.gmtime(max(source.epoch, 315532800))[:6]
    with zipfile.ZipFile(out / f"{name}-py3-none-{'.'.join(platforms)}.whl", "w") as file:
        for path, content in entries.items():
            entry = zipfile.ZipInfo(path, moment)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = (0o100755 if path.endswith("/scripts/plan") else 0o100644) << 16
            file.writestr(entry, content, compresslevel=level)


def digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def metadata(source: Source) -> str:
    lines = [
        "Metadata-Version: 2.4",
        f"Name: {source.manifest['name']}",
        f"Version: {source.version}",
        f"Summary: {source.manifest['description']}",
        f"License-Expression: {source.manifest['license']}",
        "License-File: LICENSE-APACHE",
        "License-File: LICENSE-MIT",
        "License-File: THIRD-PARTY.txt",
        "License-File: licences/rust-standard-library.html",
        # It is installed from its file; a slip of the hand publishes nothing.
        "Classifier: Private :: Do Not Upload",
        "Classifier: Operating System :: POSIX :: Linux",
        "Requires-Python: >=3",
        "Description-Content-Type: text/markdown",
    ]
    return "\n".join(lines) + "\n\n" + (ROOT / "release/PACKAGE.md").read_text()


def wheel(platforms: list[str]) -> str:
    lines = ["Wheel-Version: 1.0", "Generator: release/wheel.py", "Root-Is-Purelib: false"]
    return "\n".join(lines + [f"Tag: py3-none-{platform}" for platform in platforms]) + "\n"
