//! What is otherwise for a static program. The real one is compiled for minutes, by the release; here a small one stands in for it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

use super::{Release, VERSION, names, said};

const MUSL: &str = "x86_64-unknown-linux-musl";

/// Says what `release/build` and `release/try` ask of the program.
const STAND_IN: &str = r#"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
int main(int count, char **words) {
    if (count == 2 && !strcmp(words[1], "--version")) return puts("plan " VERSION) < 0;
    if (count == 2 && !strcmp(words[1], "tour")) return mkdtemp((char[]){"/tmp/plan-tour-XXXXXX"}) ? 0 : 3;
    if (count == 3 && !strcmp(words[1], "completions")) return puts(words[2]) < 0;
    if (count != 3 || strcmp(words[1], "man")) return 2;
    char *last = strrchr(words[2], '/');
    *last = 0, mkdir(words[2], 0755), *last = '/';
    return mkdir(words[2], 0755);
}
"#;

/// The files of a release of it.
fn made() -> &'static Path {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    MADE.get_or_init(|| {
        let release = Release::made();
        let folder = release.files.parent().unwrap().join("static");
        fs::create_dir(&folder).unwrap();
        let (source, program, files) = (folder.join("plan.c"), folder.join("plan"), folder.join("files"));
        fs::write(&source, STAND_IN).unwrap();
        let version = format!("-DVERSION=\"{VERSION}\"");
        said(Command::new("cc").args(["-static", &version, "-o"]).arg(&program).arg(source));
        let mut build = Command::new(release.repository.join("release/build"));
        said(build.args(["--target", MUSL, "--binary"]).arg(program).arg("--out").arg(&files));
        files
    })
}

#[test]
fn it_runs_where_nothing_else_is() {
    let plan = format!("plan {VERSION}");
    let out = said(Release::made().try_script().arg(made()));
    assert_eq!(out, format!("sums: 5 files\nempty root: {plan}\narchive: {plan}\nnpm: {plan}\npip: {plan}\n"));
}

#[test]
fn its_packages_are_for_each_linux_and_its_c_library_is_named() {
    let files = made();
    let each = "manylinux_2_17_x86_64.manylinux2014_x86_64.musllinux_1_1_x86_64";
    assert!(files.join(format!("amc_plan-{VERSION}-py3-none-{each}.whl")).is_file(), "{:?}", names(files));
    let inside = |file: &str, name: &str| said(Command::new("tar").arg("-xzOf").arg(files.join(file)).arg(name));
    let manifest = inside(&format!("amc-plan-{VERSION}-linux-x64.tgz"), "package/package.json");
    assert!(serde_json::from_str::<Value>(&manifest).unwrap().get("libc").is_none(), "{manifest}");
    let top = format!("plan-{VERSION}-{MUSL}");
    let licences = inside(&format!("{top}.tar.gz"), &format!("{top}/THIRD-PARTY.txt"));
    assert!(licences.contains("2005-2020 Rich Felker"), "musl asks for its notice");
    let components = fs::read_to_string(files.join(format!("{top}.cdx.json"))).unwrap();
    assert!(components.contains("\"bom-ref\": \"musl\""), "{components}");
}

/// The build of the image reaches the archive, checked by its sum, and nothing else.
#[test]
fn the_image_is_built_from_the_archive_alone() {
    let folder = tempfile::tempdir().unwrap();
    let docker = folder.path().join("docker");
    fs::write(&docker, "#!/bin/sh\nprintf '%s ' \"$@\"\nfor last; do :; done\nls -A \"$last\"\n").unwrap();
    crate::place::own(&docker, 0o755);
    let script = Release::made().repository.join("release/image");
    let path = format!("{}:{}", folder.path().display(), std::env::var("PATH").unwrap());
    let image = |files: &Path| {
        let mut command = Command::new(&script);
        command.arg(files).args(["plan:test", "--pull"]).env("PATH", &path).env_remove("BUILDER");
        command
    };
    let out = said(&mut image(made()));
    let dockerfile = script.with_file_name("Dockerfile");
    assert!(out.starts_with(&format!("build --file {} --tag plan:test --pull /", dockerfile.display())), "{out}");
    assert!(out.ends_with(&format!(" plan-{VERSION}-{MUSL}.tar.gz\n")), "{out}");
    let damaged = tempfile::tempdir().unwrap();
    for name in names(made()) {
        fs::copy(made().join(&name), damaged.path().join(name)).unwrap();
    }
    fs::write(damaged.path().join(format!("plan-{VERSION}-{MUSL}.tar.gz")), "another").unwrap();
    let output = image(damaged.path()).output().unwrap();
    assert!(!output.status.success() && !String::from_utf8_lossy(&output.stdout).contains("build"), "{output:?}");
}
