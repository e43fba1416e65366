"""The archive: the program, what shells and `man` want of it, and the pages of the documentation."""

import gzip
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from refusal import Refusal
from source import ROOT, Source

COMPLETIONS = {"bash": "plan.bash", "elvish": "plan.elv", "fish": "plan.fish", "powershell": "plan.ps1", "zsh": "_plan"}
PAGES = ["ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE-APACHE", "LICENSE-MIT", "README.md", "SECURITY.md"]
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


def run(program: Path, *words: str) -> bytes:
    with tempfile.TemporaryDirectory() as home:
        # Neither this machine's settings nor its terminal's width are in what is written.
        environment = {"PATH": os.defpath, "HOME": home, "LC_ALL": "C.UTF-8"}
        try:
            return subprocess.run([program.resolve(), *words], check=True, capture_output=True, env=environment).stdout
        except (OSError, subprocess.CalledProcessError) as failed:
            raise Refusal(f"{program} does not run here: {failed}", "build on a machine of its kind")


def stage(source: Source, program: Path, folder: Path) -> Path:
    """Lays out what the archive holds."""
    (folder / "completions").mkdir(parents=True)
    shutil.copyfile(program, folder / "plan")
    (folder / "plan").chmod(0o755)
    version = run(folder / "plan", "--version").decode().strip()
    if version != f"plan {source.version}":
        raise Refusal(f"{program} is {version}, and Cargo.toml has {source.version}", "build it from this commit")
    for shell, name in COMPLETIONS.items():
        (folder / "completions" / name).write_bytes(run(folder / "plan", "completions", shell))
    run(folder / "plan", "man", str(folder / "man" / "man1"))
    for page in sorted(pages()):
        (folder / page).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / page, folder / page)
    return folder


def pages() -> set[Path]:
    """The pages for people and each file that one of them links to, so that no link of the archive leads nowhere."""
    found: set[Path] = set()
    next_ones = {Path(page) for page in PAGES} | {page.relative_to(ROOT) for page in (ROOT / "docs").glob("*.md")}
    while next_ones:
        found |= next_ones
        texts = [(page, (ROOT / page).read_text()) for page in next_ones if page.suffix == ".md"]
        linked = {(ROOT / page).parent / link for page, text in texts for link in LINK.findall(text)}
        next_ones = {Path(os.path.relpath(to.resolve(), ROOT)) for to in linked if to.is_file()} - found
    return found


def pack(folder: Path, archive: Path, epoch: int, level: int) -> None:
    """One folder, sorted, of nobody, of one time."""

    def of_nobody(entry: tarfile.TarInfo) -> tarfile.TarInfo:
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = ""
        entry.mtime = epoch
        entry.mode = 0o755 if entry.isdir() or entry.mode & 0o100 else 0o644
        return entry

    with (
        archive.open("wb") as file,
        gzip.GzipFile(filename="", mode="wb", compresslevel=level, fileobj=file, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as tar,
    ):
        # `add` goes through a folder in the order of its names.
        tar.add(folder, folder.name, filter=of_nobody)
