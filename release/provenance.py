"""What was built from what, as an in-toto statement with SLSA's provenance (version 1), unsigned; and the checksums."""

import hashlib
import json
import os
import platform
import zlib
from pathlib import Path

from source import Package, Source, said

# Names, and no addresses: nothing is served under them. What they mean stands in docs/install.md.
BUILD_TYPE = "urn:x-amc-plan:release-build:1"
LOCAL_BUILDER = "urn:x-amc-plan:builder:unsigned"


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write(source: Source, given: Path | None, profile: str, out: Path, name: str) -> None:
    subject = [{"name": path.name, "digest": {"sha256": sha256(path)}} for path in sorted(out.iterdir())]
    materials = [of_source(source)]
    if given:
        # Whoever gives the program knows how it was built; this does not.
        materials.append({"name": "plan", "digest": {"sha256": sha256(given)}, "annotations": {"how it was built": "unknown"}})
        parameters = {"target": source.target, "binary": "given"}
    else:
        materials += [of_compiler(), *map(of_crate, source.built_with)]
        parameters = {"target": source.target, "profile": profile}
    statement = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": subject,
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {
            "buildDefinition": {
                "buildType": BUILD_TYPE,
                "externalParameters": parameters,
                "internalParameters": {"SOURCE_DATE_EPOCH": str(source.epoch)},
                "resolvedDependencies": materials,
            },
            "runDetails": {"builder": {"id": LOCAL_BUILDER, "version": tools(source, given)}},
        },
    }
    (out / f"{name}.provenance.json").write_text(json.dumps(statement, indent=1) + "\n")


def of_source(source: Source) -> dict:
    if source.changed:
        # A commit that it was not built from is not named.
        return {"name": "source", "uri": "urn:x-amc-plan:source:not-committed"}
    return {"name": "source", "uri": "urn:x-amc-plan:source:git", "digest": {"gitCommit": source.commit}}


def of_compiler() -> dict:
    facts = dict(line.split(": ", 1) for line in said("rustc", "-vV").splitlines() if ": " in line)
    described = {"name": "rustc", "annotations": {"release": facts["release"], "host": facts["host"]}}
    digest = {} if facts["commit-hash"] == "unknown" else {"digest": {"gitCommit": facts["commit-hash"]}}
    return described | {"uri": f"pkg:generic/rustc@{facts['release']}"} | digest


def of_crate(package: Package) -> dict:
    return {"uri": package.purl, "digest": {"sha256": package.checksum}}


def tools(source: Source, given: Path | None) -> dict:
    """The programs that decide over single bytes; with others of the same commit, an archive may be packed otherwise."""
    versions = {"python": platform.python_version(), "zlib": zlib.ZLIB_RUNTIME_VERSION}
    if not given:
        compiler = "musl-gcc" if source.target.endswith("-musl") else "cc"
        versions["cc"] = said(compiler, "--version").splitlines()[0]
    return versions


def sums(out: Path) -> None:
    """`SHA256SUMS`, as `sha256sum --check` reads it."""
    lines = [f"{sha256(path)}  {path.name}\n" for path in sorted(out.iterdir())]
    (out / "SHA256SUMS").write_text("".join(lines))
