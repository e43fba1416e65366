//! The collector as one script for `wp eval-file -`, which installs nothing.

use super::{FILES, code_digest};

/// What a script gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gives {
    /// The values that the list names.
    Capture,
    /// Names and shapes, and no values.
    Inventory,
}

impl Gives {
    /// The word for it, as in file names.
    pub fn name(self) -> &'static str {
        match self {
            Self::Capture => "capture",
            Self::Inventory => "inventory",
        }
    }

    fn class(self) -> &'static str {
        match self {
            Self::Capture => "Capture",
            Self::Inventory => "Inventory",
        }
    }
}

/// How each file of the collector begins. The script has a namespace of its own, so that it can run where the plugin is active too.
const BEGINS: &str = "<?php\n\nnamespace Plan\\Bridge;\n";

/// What only a plugin has: its start and its screen.
const PLUGINS_OWN: [&str; 2] = ["plan-bridge.php", "src/Screen.php"];

/// What the collector reads out of its own folder, and what stands there in a script, which has none. A test holds that each is in its files
/// once, and that nothing else there asks for a folder.
const IN_ITS_FOLDER: [(&str, &str); 4] = [
    ("(string) @file_get_contents(dirname(__DIR__) . '/request.json')", "Given::LIST"),
    ("array_merge([dirname(__DIR__) . '/plan-bridge.php'], glob(__DIR__ . '/*.php'))", "[]"),
    ("substr($file, strlen(dirname(__DIR__)) + 1)", "$file"),
    ("hash('sha256', $all)", "Given::SHA256"),
];

/// The collector with this list of what it may read (`request.json`), as one PHP script that writes lines to its output. They are the
/// same as those of the plugin with the same list, and so is the digest of the code in them.
pub fn script(request: &str, gives: Gives) -> String {
    let classes: Vec<&str> = FILES
        .iter()
        .filter(|(path, _)| !PLUGINS_OWN.contains(path))
        .map(|(_, text)| text.strip_prefix(BEGINS).unwrap_or(text).trim())
        .collect();
    let classes = IN_ITS_FOLDER.iter().fold(classes.join("\n\n"), |code, (folder, given)| code.replace(folder, given));
    include_str!("script.php")
        .replace("GIVES", gives.name())
        .replace("ANSWER", gives.class())
        .replace("// SHA256", &code_digest())
        // Last, so that nothing in them is taken for a place to be filled in.
        .replacen("// CLASSES", &classes, 1)
        .replacen("// REQUEST", request, 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_collector_begins_as_the_script_expects() {
        for (path, text) in FILES.iter().filter(|(path, _)| *path != "plan-bridge.php") {
            assert!(text.starts_with(BEGINS), "{path}");
            assert_eq!(text.matches("<?php").count(), 1, "{path}");
            assert!(!text.contains("?>"), "{path}");
        }
    }

    #[test]
    fn what_stands_in_place_of_a_folder_is_asked_for_once() {
        for (folder, _) in IN_ITS_FOLDER {
            let all: usize = FILES.iter().map(|(_, text)| text.matches(folder).count()).sum();
            assert_eq!(all, 1, "{folder}");
        }
    }

    #[test]
    fn what_only_a_folder_has_is_not_asked_for() {
        let made = script("{}\n", Gives::Capture);
        for word in ["__DIR__", "__FILE__", "Plan\\Bridge", "// CLASSES", "// REQUEST", "// SHA256", "GIVES"] {
            assert!(!made.contains(word), "{word}");
        }
        assert!(made.contains("<<<'LIST'\n{}\n\nLIST;"), "the list with its own last line end");
    }
}
