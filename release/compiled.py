"""The program, compiled so that nothing of the machine is in it."""

import os
import struct
import subprocess
from pathlib import Path

from refusal import Refusal
from source import ROOT, Source

# What of somebody's environment would make other code of the same commit.
DROPPED = ("CARGO_BUILD_", "CARGO_ENCODED_RUSTFLAGS", "CARGO_INCREMENTAL", "CARGO_PROFILE_", "CARGO_TARGET_X", "CFLAGS", "CC", "CXX", "HOST_C",
           "LDFLAGS", "RUSTC", "RUSTFLAGS", "TARGET_C", "ZSTD_SYS_")  # fmt: skip


def renamed(source: Source) -> dict[str, str]:
    """Folders of this machine, and what stands in the program in their place."""
    registries = {str(package.folder.parent): "/crates" for package in source.built_with}
    return {str(ROOT): "/plan", str(source.target_directory): "/target"} | registries


def environment(source: Source) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(DROPPED)}
    flags = [f"--remap-path-prefix={folder}={name}" for folder, name in renamed(source).items()]
    c_flags = [f"-ffile-prefix-map={folder}={name}" for folder, name in renamed(source).items()]
    kept |= {
        "CARGO_ENCODED_RUSTFLAGS": "\x1f".join(flags),
        "CARGO_INCREMENTAL": "0",
        "CFLAGS": " ".join(c_flags),
        "LC_ALL": "C.UTF-8",
        "SOURCE_DATE_EPOCH": str(source.epoch),
        "TZ": "UTC",
        "ZERO_AR_DATE": "1",
    }
    if source.target.endswith("-musl"):
        # Debian's and Ubuntu's musl-tools.
        kept[f"CC_{source.target.replace('-', '_')}"] = "musl-gcc"
    return kept


def program(source: Source, profile: str) -> Path:
    """Compiles the program; its path."""
    command = ["cargo", "build", "--locked", "--bin", "plan", "--profile", profile, "--target", source.target]
    command += ["--target-dir", str(source.target_directory)]
    if subprocess.run(command, cwd=ROOT, env=environment(source)).returncode:
        raise Refusal("cargo could not compile it", "see what it says above")
    folder = "debug" if profile == "dev" else profile
    made = source.target_directory / source.target / folder / "plan"
    names_no_folder_of(source, made)
    return made


def names_no_folder_of(source: Source, made: Path) -> None:
    """Whoever builds it has their name in their folders' names."""
    content = made.read_bytes()
    for folder in renamed(source):
        if folder.encode() in content:
            raise Refusal(f"{made} has {folder} in it", "see which crate writes it, and how it can be renamed (release/compiled.py)")


def is_static(program: Path) -> bool:
    """Whether it needs no loader and no library of the system (an ELF file without a segment that names a loader)."""
    content = program.read_bytes()
    if content[:5] != b"\x7fELF\x02":
        raise Refusal(f"{program} is no 64-bit program of Linux", "name one with --binary")
    (start,) = struct.unpack_from("<Q", content, 32)
    size, count = struct.unpack_from("<HH", content, 54)
    interpreter = 3
    return all(struct.unpack_from("<I", content, start + at * size)[0] != interpreter for at in range(count))
