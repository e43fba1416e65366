//! One mistake is one finding.

use serde_json::Value;

use crate::place::{PLAN, Place, SITE};

/// The due errors of a check: rule, line, and the whole of it.
#[track_caller]
fn errors(place: &Place) -> Vec<(String, u64, Value)> {
    let ran = place.run(&["check", PLAN, "--site", SITE, "--format", "json"]);
    let report: Value = serde_json::from_str(&ran.out).unwrap_or_else(|e| panic!("{e}: {ran:#?}"));
    let due = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["due"] == true && finding["severity"] == "error");
    due.map(|finding| {
        let (rule, line) = (finding["rule"].as_str().unwrap(), finding["location"]["line"].as_u64().unwrap());
        (rule.to_owned(), line, finding.clone())
    })
    .collect()
}

#[test]
fn a_wrong_key_is_one_error_and_what_follows_from_it_stands_at_it() {
    for (key, wrong, line, follow, named) in
        [("group-coaching", "group-coching", 13, 7, 5), ("foundations-membership", "foundations-membershp", 54, 4, 2)]
    {
        let place = Place::new();
        place.edit(PLAN, &format!("\n  {key}:\n"), &format!("\n  {wrong}:\n"));
        let errors = errors(&place);
        let [(rule, at, finding)] = &errors[..] else { panic!("{errors:#?}") };
        assert_eq!((rule.as_str(), *at), ("not-on-site", line));
        assert!(
            finding["message"]
                .as_str()
                .unwrap()
                .ends_with(&format!("and the plan has no entry for `{key}`, which the site has")),
            "{finding:#}"
        );
        let help = finding["help"].as_str().unwrap();
        assert!(
            help.starts_with(&format!("if you mean `{key}`, write that: it resolves {follow} more findings; ")),
            "{help}"
        );
        assert_eq!(finding["related"].as_array().unwrap().len(), named, "{finding:#}");
    }
}

#[test]
fn what_somebody_answers_for_hides_nothing() {
    let place = Place::new();
    place.edit(PLAN, "\n  group-coaching:\n", "\n  group-coching:\n");
    let risk = "accepted_risks:\n  - {rule: not-on-site, at: /offerings/group-coching, reason: it comes next week, owner: jo, until: 2027-01-31}\n";
    place.edit(PLAN, "\nbackup: {of: live", &format!("\n{risk}backup: {{of: live"));
    let rules: Vec<String> = errors(&place).into_iter().map(|(rule, ..)| rule).collect();
    for rule in ["offering-not-in-plan", "order-form-missing", "reference-unknown"] {
        assert!(rules.iter().any(|found| found == rule), "{rules:?}");
    }
}

#[test]
fn a_webhook_by_a_wrong_name_is_one_error_too() {
    let place = Place::new();
    place.edit(PLAN, "\n  aal_genpass:\n", "\n  aal_genpas:\n");
    let errors = errors(&place);
    let [(rule, at, finding)] = &errors[..] else { panic!("{errors:#?}") };
    assert_eq!((rule.as_str(), *at), ("not-on-site", 74));
    let message =
        "the site's log shows no webhook `aal_genpas`, and the plan has no entry for `aal_genpass`, which the site has";
    assert_eq!((finding["message"].as_str(), finding["severity"].as_str()), (Some(message), Some("error")));
}

#[test]
fn an_opt_in_form_by_a_wrong_name_is_one_error_that_names_it() {
    let place = Place::new();
    place.edit(PLAN, "\n  mini-course-signup:", "\n  mini-cours-signup:");
    let errors = errors(&place);
    let [(rule, _, finding)] = &errors[..] else { panic!("{errors:#?}") };
    assert_eq!(rule, "opt-in-form-not-in-plan");
    let help = finding["help"].as_str().unwrap();
    assert!(
        help.starts_with("did you mean this form by `mini-cours-signup`, which the plan would create? If not, add it"),
        "{help}"
    );
}

#[test]
fn two_names_that_are_far_apart_are_two_mistakes() {
    let place = Place::new();
    place.edit(PLAN, "\n  group-coaching:\n", "\n  quite-another:\n");
    let rules: Vec<String> = errors(&place).into_iter().map(|(rule, ..)| rule).collect();
    assert!(
        rules.contains(&"not-on-site".to_owned()) && rules.contains(&"offering-not-in-plan".to_owned()),
        "{rules:?}"
    );
}

#[test]
fn a_value_with_a_colon_inside_brackets_is_told_to_need_quotes() {
    for (old, new) in
        [("{module: Habits,", "{module: Week 2: Hips,"), ("[{base: Library},", "[{base: Week 1: Library},")]
    {
        let place = Place::new();
        place.edit(PLAN, old, new);
        let errors = errors(&place);
        let [(rule, _, finding)] = &errors[..] else { panic!("{errors:#?}") };
        assert_eq!(rule, "yaml-syntax");
        assert_eq!(finding["message"], "a value with a colon and a space in it needs quotes", "{new}");
        assert_eq!(
            finding["help"],
            "quote the whole value, as in `{module: \"Week 2: Hips\"}`; or add the comma that is missing before the next key"
        );
    }
    // A comma that is missing is still said to be one.
    let place = Place::new();
    place.edit(PLAN, "{module: Habits, release", "{module: Habits release");
    assert_eq!(errors(&place)[0].2["message"], "a value with a colon and a space in it needs quotes");
    let place = Place::new();
    place.edit(PLAN, "[{base: Library}, {module", "[{base: Library} {module");
    assert_eq!(errors(&place)[0].2["message"], "a comma or a closing bracket is missing");
}

#[test]
fn an_object_stands_under_its_first_findings_and_not_under_each_of_many() {
    let place = Place::new();
    let names = |of: &str, to: usize| (2..to).map(|number| format!("{of} {number}")).collect::<Vec<_>>();
    let planned: String = names("Lesson", 32)
        .iter()
        .map(|name| format!(", {{module: {name}, release: 2 days after previous}}"))
        .collect();
    place.edit(
        PLAN,
        "{module: Practice, release: 2 days after previous}",
        &format!("{{module: Practice, release: 2 days after previous}}{planned}"),
    );
    let sent = |(name, number): (String, usize)| {
        format!(
            r#",{{"number":{number},"name":"{name}","release":"2 days after previous","tag":"Mini_Course_Practice_Access"}}"#
        )
    };
    let there: String = names("Exercise", 32).into_iter().zip(2..).map(sent).collect();
    place.edit_site(
        SITE,
        r#""tag":"Mini_Course_Practice_Access"}"#,
        &format!(r#""tag":"Mini_Course_Practice_Access"}}{there}"#),
    );
    let ran = place.run(&["check", PLAN, "--site", SITE]);
    assert_eq!(ran.out.matches("module-not-on-site").count(), 30, "{}", ran.out);
    assert_eq!(ran.out.matches("on the site: offering/mini-course").count(), 20, "{}", ran.out);
}
