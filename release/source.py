"""What is released: the commit, its version and time, and the packages that are compiled into the program."""

import json
import os
import subprocess
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from refusal import Refusal

ROOT = Path(__file__).resolve().parent.parent


def said(*command: str, folder: Path = ROOT) -> str:
    """The standard output of a command that has to succeed."""
    try:
        return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout
    except FileNotFoundError:
        raise Refusal(f"{command[0]} is not installed", "install it (the first lines of release/build say what is needed)")
    except subprocess.CalledProcessError as failed:
        raise Refusal(f"{' '.join(command)} failed: {failed.stderr.strip()}", "see what it says")


def state() -> tuple[str, list[str]]:
    """The commit, and files that differ from it."""
    changed = [line[3:] for line in said("git", "status", "--porcelain").splitlines()]
    return said("git", "rev-parse", "HEAD").strip(), changed


@dataclass(frozen=True, order=True)
class Package:
    """A crate of Cargo.lock, with its sources on this machine."""

    name: str
    version: str
    licence: str
    checksum: str
    folder: Path

    @property
    def purl(self) -> str:
        # A version may have a plus sign, which stands for a blank in an address.
        return f"pkg:cargo/{self.name}@{self.version.replace('+', '%2B')}"


class Source:
    def __init__(self, target: str, allow_changes: bool):
        self.target = target
        self.commit, self.changed = state()
        if self.changed and not allow_changes:
            raise Refusal(
                f"{self.changed[0]} is not committed ({len(self.changed)} in all)",
                "commit what is to be released, or try the packaging with --allow-changes",
            )
        self.manifest = tomllib.loads((ROOT / "Cargo.toml").read_text())["package"]
        self.version: str = self.manifest["version"]
        # As https://reproducible-builds.org/specs/source-date-epoch/ has it; else the time of the commit.
        self.epoch = int(os.environ.get("SOURCE_DATE_EPOCH") or said("git", "log", "-1", "--format=%ct"))

    def is_still_so(self) -> None:
        """Whoever edits while it is compiled makes the commit's name untrue."""
        commit, changed = state()
        if (commit, bool(changed)) != (self.commit, bool(self.changed)):
            raise Refusal("files or the commit changed while it was built", "build it again, or in a clone of its own")

    @cached_property
    def _metadata(self) -> dict:
        return json.loads(said("cargo", "metadata", "--locked", "--format-version", "1", "--filter-platform", self.target))

    @property
    def target_directory(self) -> Path:
        return Path(self._metadata["target_directory"])

    @cached_property
    def linked(self) -> list[Package]:
        """The crates of which something may be in the program."""
        return self._packages("normal")

    @cached_property
    def built_with(self) -> list[Package]:
        """Those, and the ones that only run while it is built."""
        return self._packages("normal,build")

    def _packages(self, edges: str) -> list[Package]:
        # `cargo metadata` also resolves what only the tests enable; the tree has exactly what a build compiles.
        tree = said("cargo", "tree", "--locked", "--edges", edges, "--target", self.target, "--prefix", "none", "--format", "{p}")
        named = {tuple(line.split()[:2]) for line in tree.splitlines() if line}
        locked = {
            (package["name"], package["version"]): package.get("checksum", "")
            for package in tomllib.loads((ROOT / "Cargo.lock").read_text())["package"]
        }
        packages = [
            Package(name, version, licence_of(package), locked[name, version], Path(package["manifest_path"]).parent)
            for package in self._metadata["packages"]
            if (name := package["name"], f"v{(version := package['version'])}") in named and package["source"]
        ]
        return sorted(packages)


def licence_of(package: dict) -> str:
    """Its licence as an SPDX expression; a slash is how crates wrote OR before there were any."""
    if not package["license"]:
        raise Refusal(f"{package['name']} names no licence in its Cargo.toml", "look at what it says of itself, and do without it")
    return " OR ".join(part.strip() for part in package["license"].split("/"))
