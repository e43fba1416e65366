"""What the program is made of, as CycloneDX 1.6 has it."""

import hashlib
import json
import re
from pathlib import Path

from compiled import is_static
from refusal import Refusal
from source import ROOT, Package, Source, said


def write(source: Source, program: Path, out: Path) -> Path:
    digest = hashlib.sha256(program.read_bytes()).hexdigest()
    components = [crate(package) for package in source.linked] + [standard_library()] + in_c(source, program)
    components.sort(key=lambda component: component["bom-ref"])
    of = {
        "type": "application",
        "bom-ref": "plan",
        "name": "plan",
        "version": source.version,
        "description": source.manifest["description"],
        "licenses": [{"expression": source.manifest["license"]}],
        "hashes": [{"alg": "SHA-256", "content": digest}],
    }
    document = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": of, "properties": [{"name": "plan:target", "value": source.target}]},
        "components": components,
        # The whole is known; who of them uses whom stands in Cargo.lock.
        "dependencies": [{"ref": "plan", "dependsOn": [component["bom-ref"] for component in components]}],
    }
    out.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")
    return out


def crate(package: Package) -> dict:
    return {
        "type": "library",
        "bom-ref": package.purl,
        "name": package.name,
        "version": package.version,
        "purl": package.purl,
        "hashes": [{"alg": "SHA-256", "content": package.checksum}],
        "licenses": [{"expression": package.licence}],
        "scope": "required",
    }


def library(name: str, version: str, licence: str) -> dict:
    component = {"type": "library", "bom-ref": f"{name}@{version}" if version else name, "name": name}
    return component | ({"version": version} if version else {}) | {"licenses": [{"expression": licence}]}


def standard_library() -> dict:
    version = re.search(r"^release: (.*)$", said("rustc", "-vV"), re.MULTILINE).group(1)
    return library("rust-std", version, "MIT OR Apache-2.0")


def in_c(source: Source, program: Path) -> list[dict]:
    """What crates bring of C, in its own versions; which musl the toolchain brings, it does not say."""
    found = []
    for package in source.linked:
        if package.name == "zstd-sys":
            found.append(library("libzstd", package.version.partition("+zstd.")[2], "BSD-3-Clause OR GPL-2.0-only"))
        if package.name == "libdbus-sys":
            found.append(library("libdbus", dbus_version(package), "AFL-2.1 OR GPL-2.0-or-later"))
    if source.target.endswith("-musl") and is_static(program):
        found.append(library("musl", "", "MIT"))
    return found


def dbus_version(package: Package) -> str:
    recipe = (package.folder / "vendor/dbus/configure.ac").read_text()
    parts = [re.search(rf"dbus_{part}_version\], \[(\d+)\]", recipe) for part in ("major", "minor", "micro")]
    if not all(parts):
        raise Refusal(f"{package.name} does not say which libdbus it brings", "see release/sbom.py")
    return ".".join(part.group(1) for part in parts)
