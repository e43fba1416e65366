//! A rule's example as somebody can paste it into a plan: what is not of the plan stands in comments.

use serde_json::Value;

use crate::model::text::pointer;

/// The example as the lines of a plan. The rule's own text has it as a patch over a plan and a site, where null takes a key away.
pub(super) fn pasted(fence: &str) -> String {
    let patch: Value = serde_yaml::from_str(fence).unwrap_or_default();
    let mut lines = Vec::new();
    if let Some(plan) = patch.get("plan") {
        let mut without = Vec::new();
        let plan = kept(plan, &mut Vec::new(), &mut without);
        lines.extend(without.iter().map(|place| format!("# without {place}")));
        if let Some(plan) = plan {
            lines.extend(serde_yaml::to_string(&plan).unwrap_or_default().lines().map(str::to_owned));
        }
    }
    lines.extend(beside(fence).map(|line| format!("# {line}")));
    lines.join("\n")
}

/// What is there of a patch, and the places of what it takes away.
fn kept(value: &Value, path: &mut Vec<String>, without: &mut Vec<String>) -> Option<Value> {
    match value {
        Value::Null => {
            without.push(pointer(path).trim_start_matches('/').to_owned());
            None
        }
        Value::Object(fields) => {
            let mut all = serde_json::Map::new();
            for (name, value) in fields {
                path.push(name.clone());
                all.extend(kept(value, path, without).map(|value| (name.clone(), value)));
                path.pop();
            }
            (!all.is_empty() || fields.is_empty()).then_some(Value::Object(all))
        }
        other => Some(other.clone()),
    }
}

/// The lines that are not of the plan, as they stand.
fn beside(fence: &str) -> impl Iterator<Item = &str> {
    let mut is_plan = false;
    fence.lines().filter(move |line| {
        if !line.starts_with([' ', '-']) {
            is_plan = line.starts_with("plan:");
        }
        !is_plan && !line.is_empty()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plans_part_is_yaml_and_all_else_is_a_comment() {
        let fence = "plan: {emails: null, offerings: {course: {modules: [{base: Welcome}], owner: null}}}\nsite: {emails: null}\nrecord:\n  - version: 1\n";
        let lines = "# without emails\n# without offerings/course/owner\nofferings:\n  course:\n    modules:\n    - base: Welcome\n\
                     # site: {emails: null}\n# record:\n#   - version: 1";
        assert_eq!(pasted(fence), lines);
        assert_eq!(pasted("plan: {test_purchases: null}\n"), "# without test_purchases");
        assert_eq!(pasted("plan: {webhooks: {}}\n"), "webhooks: {}");
        assert_eq!(pasted(""), "");
    }
}
