"""The licences of everything that is linked into the program, each text once, with whom it is of."""

import re
import shutil
from collections import defaultdict
from pathlib import Path

from refusal import Refusal
from source import ROOT, Package, Source, said

TEXTS = re.compile(r"(?i)(licen[cs]e|copying|copyright|notice|unlicense)([-._].*)?")
NO_TEXT = re.compile(r"(?i)\.(c|cpp|h|hpp|js|json|py|rs|sh|toml|ya?ml)$")
# Folders of what is not compiled.
LEFT_OUT = {".git", ".github", "benches", "cmake", "examples", "tests", "fuzz"}

# Crates that were published without the file of their repository: its line of copyright, above MIT's text.
MIT_OF = {
    "cel": "Copyright (c) 2022 Tom Forbes and Contributors",
    "jsonschema-regex": "Copyright (c) 2020-2026 Dmitry Dygalo",
    "jsonschema-value": "Copyright (c) 2020-2026 Dmitry Dygalo",
    "uuid-simd": "Copyright (c) 2021 Nugine",
    "vsimd": "Copyright (c) 2021 Nugine",
}


def write(source: Source, folder: Path) -> None:
    """`THIRD-PARTY.txt`, and the standard library's own page, into the folder."""
    owners = defaultdict(list)
    for package in source.linked:
        for text in texts(package):
            owners[text].append(f"{package.name} {package.version}")
    if source.target.endswith("-musl"):
        owners[(ROOT / "release/licences/musl.txt").read_text().strip()].append("musl, the C library")
    with (folder / "THIRD-PARTY.txt").open("w") as out:
        out.write("What is compiled into `plan` beside its own code, with its licence. Where a licence is a choice (OR), each text is here.\n")
        out.write("Rust's standard library has a page of its own: licences/rust-standard-library.html.\n\n")
        out.writelines(f"  {package.name} {package.version}: {package.licence}\n" for package in source.linked)
        for text, of in sorted(owners.items(), key=lambda entry: entry[1]):
            out.write(f"\n{'=' * 100}\n{', '.join(sorted(set(of)))}\n{'-' * 100}\n\n{text}\n")
    standard_library(folder / "licences")


def texts(package: Package) -> list[str]:
    found = sorted(path for path in package.folder.rglob("*") if is_text(path, package.folder))
    if found:
        return [path.read_text(encoding="utf-8", errors="replace").replace("\r\n", "\n").strip() for path in found]
    if package.name in MIT_OF and package.licence == "MIT":
        conditions = (ROOT / "LICENSE-MIT").read_text().split("\n\n", 2)[2].strip()
        return [f"MIT License\n\n{MIT_OF[package.name]}\n\n{conditions}"]
    raise Refusal(
        f"{package.name} {package.version} ({package.licence}) has no file with its licence",
        "look for it in its repository, and add its line to MIT_OF in release/licences.py",
    )


def is_text(path: Path, top: Path) -> bool:
    inside = path.relative_to(top)
    return bool(
        TEXTS.fullmatch(path.name)
        and not NO_TEXT.search(path.name)
        and not LEFT_OUT.intersection(inside.parts[:-1])
        and path.is_file()
    )


def standard_library(folder: Path) -> None:
    page = Path(said("rustc", "--print", "sysroot").strip()) / "share/doc/rust/COPYRIGHT-library.html"
    if not page.is_file():
        raise Refusal(f"{page} is not there", "take a toolchain of rustup, which brings the standard library's licences")
    folder.mkdir()
    shutil.copyfile(page, folder / "rust-standard-library.html")
