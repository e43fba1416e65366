//! What comes after a first plan: the command that reads the site as this one did.

use std::path::{Path, PathBuf};

use crate::commands::collector::command;
use crate::fs::folder_of;
use crate::output::escape;

/// The command to go on with, which reads the site through the same adapters; where some were named, before it how a run reads through them: by
/// the settings in this file.
pub(super) fn next(plan: &Path, (site, adapters): (&str, &[PathBuf]), settings: &Path) -> Vec<String> {
    let shell = |path: &Path| escape::shell(&path.display().to_string());
    let check = format!("plan check {} --site {}", shell(plan), escape::shell(site));
    let check = format!("next: decide what its comments ask for, then run: {}", command([&check, ""], adapters));
    if adapters.is_empty() {
        return vec![check];
    }
    let folder = folder_of(settings);
    let lies: Vec<Result<PathBuf, PathBuf>> = adapters.iter().map(|path| named_from(folder, path)).collect();
    let outside: Vec<String> =
        adapters.iter().zip(&lies).filter(|(_, lies)| lies.is_err()).map(|(path, _)| shell(path)).collect();
    let copy = match outside.is_empty() {
        true => String::new(),
        false => format!("copy {} into {}, and ", outside.join(" and "), shell(folder)),
    };
    let names: Vec<String> =
        lies.iter().map(|(Ok(name) | Err(name))| serde_json::json!(name.display().to_string()).to_string()).collect();
    let names = match &names[..] {
        [one] => one.clone(),
        several => format!("[{}]", several.join(", ")),
    };
    let adapter = if adapters.len() == 1 { "this adapter" } else { "these adapters" };
    let write = format!(
        "so that every command about this plan reads the site through {adapter} (a run takes no `--adapter`): {copy}write into {}, under \
         `[site]`: adapter = {names}",
        shell(settings)
    );
    vec![write, check]
}

/// An adapter as settings in this folder name it; of one that lies elsewhere, as they would once it is copied there.
fn named_from(folder: &Path, adapter: &Path) -> Result<PathBuf, PathBuf> {
    let whole = |path: &Path| path.canonicalize().ok();
    let below =
        whole(adapter).zip(whole(folder)).and_then(|(file, folder)| Some(file.strip_prefix(folder).ok()?.into()));
    below.ok_or_else(|| adapter.file_name().map(PathBuf::from).unwrap_or_default())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may end so")]
mod tests {
    use super::*;

    #[test]
    fn the_command_names_the_adapters_and_plan_toml_gets_them_as_seen_from_its_folder() {
        let place = tempfile::tempdir().unwrap();
        let at = |name: &str| place.path().join(name);
        std::fs::create_dir_all(at("plans/own")).unwrap();
        for name in ["plans/own/a.yaml", "b.yaml"] {
            std::fs::write(at(name), "").unwrap();
        }
        let url = "https://staging.example.com";
        let own = at("plans/plan.toml");
        let (plan, inside, outside) = (at("plans/switch.yaml"), at("plans/own/a.yaml"), at("b.yaml"));
        let check = |more: &str| {
            format!(
                "next: decide what its comments ask for, then run: plan check {} --site {url}{more}",
                plan.display()
            )
        };
        assert_eq!(next(&plan, (url, &[]), &own), [check("")]);
        let [settings, command] = &next(&plan, (url, std::slice::from_ref(&inside)), &own)[..] else { panic!() };
        assert_eq!(*command, check(&format!(" --adapter {}", inside.display())));
        assert!(settings.ends_with("plan.toml, under `[site]`: adapter = \"own/a.yaml\""), "{settings}");
        assert!(!settings.contains("copy"), "{settings}");
        let both = [inside, outside.clone()];
        let [settings, _] = &next(&plan, (url, &both), &own)[..] else { panic!() };
        assert!(settings.ends_with("adapter = [\"own/a.yaml\", \"b.yaml\"]"), "{settings}");
        let [settings, _] = &next(&plan, (url, std::slice::from_ref(&outside)), &at("plan.toml"))[..] else { panic!() };
        assert!(
            settings
                .ends_with(&format!("write into {}, under `[site]`: adapter = \"b.yaml\"", at("plan.toml").display()))
        );
        let [settings, _] = &next(&plan, (url, &both), &own)[..] else { panic!() };
        let copy = format!("copy {} into {}, and", outside.display(), at("plans").display());
        assert!(settings.contains(&copy), "{settings}");
    }
}
