//! When colours are used: the flag, then `NO_COLOR`, then `CLICOLOR_FORCE`, then whether it is a terminal.

fn colored(words: &[&str], environment: &[(&str, &str)]) -> bool {
    let folder = tempfile::tempdir().unwrap();
    amc_plan::example::write(folder.path(), amc_plan::example::SEED).unwrap();
    let mut command = crate::place::program();
    command.current_dir(folder.path()).env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
    command.args(["diff", "bloom-coaching.yaml", "--site", "bloom-coaching.site.ndjson"]).args(words);
    command.envs(environment.iter().copied());
    let output = command.output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap().contains('\u{1b}')
}

#[test]
fn a_pipe_has_none_unless_somebody_asks() {
    assert!(!colored(&[], &[]));
    assert!(colored(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!colored(&[], &[("CLICOLOR_FORCE", "0")]));
    assert!(colored(&["--color", "always"], &[]));
}

#[test]
fn the_flag_beats_no_color_and_that_beats_force() {
    assert!(!colored(&[], &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")]));
    assert!(colored(&[], &[("NO_COLOR", ""), ("CLICOLOR_FORCE", "1")]));
    assert!(colored(&["--color", "always"], &[("NO_COLOR", "1")]));
    assert!(!colored(&["--color", "never"], &[("CLICOLOR_FORCE", "1")]));
}
