"""The npm package: the program itself, for one system, without a script that runs or fetches anything."""

import json
import shutil
import tempfile
from pathlib import Path

import archive
from compiled import is_static
from refusal import Refusal
from source import ROOT, Source

CPU = {"x86_64": "x64", "aarch64": "arm64"}


def pack(source: Source, staged: Path, out: Path, level: int) -> None:
    cpu = CPU.get(source.target.split("-")[0])
    if "-linux-" not in source.target or not cpu:
        raise Refusal(f"npm's word for {source.target} is not known here", "add it to release/npm.py")
    manifest = {
        "name": source.manifest["name"],
        "version": source.version,
        "description": source.manifest["description"],
        "license": f"({source.manifest['license']})",
        # It is installed from its file; a slip of the hand publishes nothing.
        "private": True,
        "bin": {"plan": "bin/plan"},
        "os": ["linux"],
        "cpu": [cpu],
    }
    if not is_static(staged / "plan"):
        manifest["libc"] = ["glibc"]
    # What `npm pack` would write, by the packer of the archive: npm's own has another way with each of its versions.
    with tempfile.TemporaryDirectory(prefix="plan-npm-") as beside:
        folder = Path(beside) / "package"
        (folder / "bin").mkdir(parents=True)
        shutil.copy(staged / "plan", folder / "bin" / "plan")
        for name in ("LICENSE-APACHE", "LICENSE-MIT", "THIRD-PARTY.txt", "sbom.cdx.json"):
            shutil.copyfile(staged / name, folder / name)
        shutil.copyfile(ROOT / "release/PACKAGE.md", folder / "README.md")
        shutil.copytree(staged / "licences", folder / "licences")
        (folder / "package.json").write_text(json.dumps(manifest, indent=2) + "\n")
        archive.pack(folder, out / f"{manifest['name']}-{source.version}-linux-{cpu}.tgz", source.epoch, level)
