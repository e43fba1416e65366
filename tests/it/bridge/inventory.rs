//! Names and shapes, and nobody's name among them.

use serde_json::json;

use super::Site;

#[test]
fn an_inventory_shows_the_program_s_words_and_no_person_s() {
    let Some(site) = Site::ready() else { return };
    // A plugin that others publish, whose settings hold names of its own and of its people.
    let folder = site.content().join("plugins/quiz-shop");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("readme.txt"), "=== Quiz Shop ===\nStable tag: 1.0\n").unwrap();
    std::fs::write(
        folder.join("quiz-shop.php"),
        "<?php /* Plugin Name: Quiz Shop\nBy 'annie-author' */
         get_option('bloom_quiz'); update_option('quiz_shop_settings', ['checked-progress' => 'yes', 'plans' => []]); get_option('quiz_shop_plan_' . $id);
         get_user_meta($u, \"quiz_shop_{$id}_score\"); $wpdb->query(\"CREATE TABLE {$wpdb->prefix}quiz_shop_log (log_id int, scored_at datetime)\");
         add_shortcode('quiz_shop_form', 'x'); // 'commented_word'",
    )
    .unwrap();
    // Another joins its names from parts, and a table from several texts.
    let joins = site.content().join("plugins/club-desk");
    std::fs::create_dir_all(&joins).unwrap();
    std::fs::write(joins.join("readme.txt"), "=== Club Desk ===\n").unwrap();
    std::fs::write(
        joins.join("club-desk.php"),
        "<?php /* Plugin Name: Club Desk\nVersion: 2.1 */ get_option('club_settings'); get_option('club_version'); do_action('club_ready');
         class Table { protected $prefix = 'club'; protected $name = 'memberships'; } class Other { protected $name = 'customers'; }
         $key = \"deskdb_{$name}_version\"; $slug = 'letterpost'; add($slug . '_tags'); add($slug . '_contact_id'); $a = ['joined_on', 'member_id', 'customer_id'];
         dbDelta(\"CREATE TABLE `\" . $wpdb->club_payments . \"` (
           `id` int, `subtotal` varchar(9)) \" . $collate . \";\");",
    )
    .unwrap();
    // And one that was made for this client only.
    let own = site.content().join("plugins/marigold-coaching");
    std::fs::create_dir_all(&own).unwrap();
    std::fs::write(
        own.join("marigold-coaching.php"),
        "<?php /* Plugin Name: Marigold */ get_option('marigold_discount_anneliese');",
    )
    .unwrap();
    let people = "a:3:{s:20:\"jo.canary@bloom.test\";i:1;s:9:\"anneliese\";s:8:\"checked-\";i:4711;a:1:{s:16:\"checked-progress\";s:3:\"yes\";}}";
    site.set_option(
        "quiz_shop_settings",
        "a:2:{s:16:\"checked-progress\";s:3:\"yes\";s:5:\"plans\";a:1:{i:0;s:10:\"2026-11-29\";}}",
    );
    site.set_option("quiz_shop_plan_4711", people);
    site.set_option("quiz_shop_plan_anneliese", "jo.canary@bloom.test");
    site.set_option("marigold_discount_anneliese", "5");
    site.set_option("jo.canary@bloom.test", "5");
    // A word of the site's own title, although a published plugin writes it.
    site.set_option("bloom_quiz", "5");
    site.set_option("annie-author", "5");
    site.set_option("commented_word", "5");
    site.sql(
        "INSERT INTO wp_usermeta (user_id, meta_key, meta_value) VALUES (1, 'quiz_shop_4711_score', '10'), (1, 'anneliese_meier', 'x');
         INSERT INTO wp_postmeta (post_id, meta_key, meta_value) VALUES (4, 'jo.canary@bloom.test', 'x');
         CREATE TABLE wp_quiz_shop_log (log_id INT, scored_at DATETIME, anneliese INT);
         CREATE TABLE wp_anneliese_4711 (id INT);
         UPDATE wp_posts SET post_type = 'anneliese' WHERE ID = 5;
         UPDATE wp_posts SET post_content = '[quiz_shop_form] [anneliese_form]' WHERE ID = 4;",
    );
    for name in ["deskdb_club_memberships_version", "deskdb_club_anneliese_version", "club_anneliese"] {
        site.set_option(name, "1");
    }
    site.sql(
        "INSERT INTO wp_usermeta (user_id, meta_key, meta_value) VALUES (1, 'letterpost_contact_id', '7'), (1, 'letterpost_tags', 'a:0:{}'),
           (1, 'letterpost_anneliese', '1'), (1, 'bloom_tags', '1'), (1, 'club_4711', '1');
         CREATE TABLE wp_club_memberships (id INT, customer_id INT, joined_on DATE);
         CREATE TABLE wp_club_customers (id INT, subtotal VARCHAR(9));
         CREATE TABLE wp_club_anneliese (id INT, customer_id INT);
         CREATE TABLE wp_club_4711 (id INT, member_id INT, joined_on DATE);
         CREATE TABLE wp_club_4712 (id INT, member_id INT, joined_on DATE);",
    );
    let lines = site.inventory();
    let text = format!("{:?}", lines.0).to_lowercase();
    for word in ["anneliese", "canary", "4711", "marigold", "annie", "commented_word", "member1", "bloom"] {
        let at = text.find(word).map(|at| text[at.saturating_sub(80)..(at + 40).min(text.len())].to_owned());
        assert_eq!(at, None, "{word}");
    }
    let described = std::fs::read_to_string(super::bridge().join("FORMAT.md")).unwrap();
    for line in lines.0.iter().chain(&site.capture().0) {
        let kind = line.as_object().unwrap().keys().next().unwrap();
        assert!(described.contains(&format!("\n{{\"{kind}\":{{")), "{kind} is not described");
    }
    let settings = lines.named("option", "quiz_shop_settings")["shape"].clone();
    assert_eq!(settings["/checked-progress"], json!({"types": {"yes-no": 1}, "length": [3, 3]}));
    assert_eq!(settings["/plans"], json!({"types": {"array": 1}, "elements": [1, 1]}));
    assert_eq!(settings["/plans/*"]["types"], json!({"date": 1}));
    let plan = lines.named("option", "quiz_shop_plan_*");
    assert_eq!((&plan["count"], &plan["shape"][""]["types"]), (&json!(2), &json!({"php": 1, "e-mail": 1})));
    assert_eq!(plan["shape"]["/*/checked-progress"]["types"], json!({"yes-no": 1}));
    assert_eq!(lines.named("usermeta", "quiz_shop_*_score")["shape"][""]["types"], json!({"digits": 1}));
    let log = lines.named("table", "{prefix}quiz_shop_log");
    let columns: Vec<_> =
        log["columns"].as_array().unwrap().iter().map(|column| column["name"].as_str().unwrap()).collect();
    assert_eq!(columns, ["log_id", "scored_at", "*"]);
    names_that_code_joins_are_shown_and_tables_keep_their_columns(&lines);
    assert_eq!(lines.named("post_type", "page")["posts"], json!({"publish": 3}));
    let pages = |tag: &str| lines.named("shortcode", tag)["count"].clone();
    assert_eq!((pages("quiz_shop_form"), pages("*"), pages("caption")), (json!(1), json!(1), json!(0)));
    assert!(lines.named("class", "AccessAllyAPI")["methods"].as_array().unwrap().contains(&json!("get_all_tags")));
    assert_eq!(lines.named("plugin", "quiz-shop/quiz-shop.php")["status"], "inactive");
    // WordPress's own settings keep their names, and show no value.
    assert_eq!(lines.named("option", "admin_email")["shape"][""]["types"], json!({"e-mail": 1}));
    assert_eq!(lines.named("usermeta", "{prefix}capabilities")["count"], 29);
}

fn names_that_code_joins_are_shown_and_tables_keep_their_columns(lines: &super::Lines) {
    let columns = |table: &serde_json::Value| -> Vec<String> {
        let all = table["columns"].as_array().unwrap().iter();
        all.map(|column| column["name"].as_str().unwrap().to_owned()).collect()
    };
    let memberships = lines.named("table", "{prefix}club_memberships");
    assert_eq!(
        (columns(&memberships).join(" "), &memberships["of"]),
        ("id customer_id joined_on".to_owned(), &json!("club-desk"))
    );
    assert_eq!(columns(&lines.named("table", "{prefix}club_customers")), ["id", "subtotal"]);
    // Three tables of people's names or numbers: the two that are alike are one line, with the rows of both.
    let starred: Vec<_> = lines.all("table").filter(|table| table["name"] == "{prefix}club_*").collect();
    let shapes: Vec<_> =
        starred.iter().map(|table| (columns(table).join(" "), table["count"].as_u64().unwrap())).collect();
    assert_eq!(shapes, [("id member_id joined_on".to_owned(), 2), ("id customer_id".to_owned(), 1)]);
    let names: Vec<_> = lines.all("table").map(|table| table["name"].as_str().unwrap()).collect();
    assert!(
        names.iter().position(|name| *name == "{prefix}club_customers")
            < names.iter().position(|name| *name == "{prefix}club_memberships")
    );
    assert!(
        names.iter().position(|name| *name == "{prefix}club_memberships")
            < names.iter().position(|name| *name == "{prefix}comments")
    );
    for (kind, name, count) in [
        ("option", "deskdb_club_memberships_version", 1),
        ("option", "deskdb_*_version", 1),
        ("option", "club_*", 1),
        ("usermeta", "letterpost_contact_id", 1),
        ("usermeta", "letterpost_tags", 1),
        ("usermeta", "letterpost_*", 1),
        ("usermeta", "club_*", 1),
        ("plugin", "plan-bridge/plan-bridge.php", 1),
    ] {
        assert_eq!(lines.named(kind, name)["count"], count, "{name}");
    }
    assert_eq!(lines.named("option", "blog_public")["of"], json!(null));
}
