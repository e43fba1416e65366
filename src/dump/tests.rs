#![allow(clippy::unwrap_used, reason = "a test may end so")]

use std::io::{BufReader, Cursor, Read};

use super::*;

/// What mariadb-dump 10.11 writes, shortened: its header, its version comments, many rows in a line, its last line.
const HEAD: &str = "/*M!999999\\- enable the sandbox mode */ \n-- MariaDB dump 10.19  Distrib 10.11.14-MariaDB, for debian-linux-gnu (x86_64)\n--\n-- Host: localhost    Database: wordpress\n-- ------------------------------------------------------\n\n/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;\n";
const TAIL: &str = "/*!40111 SET SQL_NOTES=@OLD_SQL_NOTES */;\n\n-- Dump completed on 2026-11-21  5:10:00\n";

fn table(name: &str, rows: &str) -> String {
    let insert = if rows.is_empty() { String::new() } else { format!("INSERT INTO `{name}` VALUES {rows};\n") };
    format!(
        "--\n-- Table structure for table `{name}`\n--\n\nDROP TABLE IF EXISTS `{name}`;\n/*!40101 SET character_set_client = utf8 */;\nCREATE TABLE `{name}` (\n  `ID` bigint(20) unsigned NOT NULL DEFAULT '0',\n  KEY `k` (`ID`)\n) ENGINE=InnoDB;\n\nLOCK TABLES `{name}` WRITE;\n/*!40000 ALTER TABLE `{name}` DISABLE KEYS */;\n{insert}/*!40000 ALTER TABLE `{name}` ENABLE KEYS */;\nUNLOCK TABLES;\n\n"
    )
}

fn site(prefix: &str, users: &str) -> String {
    table(&format!("{prefix}options"), "(1,'siteurl','https://x.example','yes')")
        + &table(&format!("{prefix}usermeta"), "(1,1,'nickname','o''neil')")
        + &table(&format!("{prefix}users"), users)
}

fn look_at(text: &str) -> Contents {
    let whole = look(&mut text.as_bytes()).unwrap();
    for block in [1, 2, 3, 7, 64] {
        let cut = look(&mut BufReader::with_capacity(block, text.as_bytes())).unwrap();
        assert_eq!(cut, whole, "read in blocks of {block}");
    }
    whole
}

fn dump(text: &str) -> Dump {
    look_at(text).dump(None).unwrap()
}

fn broken(text: &str) -> String {
    match look_at(text).ending {
        DumpEnding::Broken(how) => how,
        other => panic!("{other:?} of {text}"),
    }
}

#[test]
fn a_whole_dump_names_its_tables_and_counts_its_users() {
    let body = site("wp_", "(1,'jo','x'),(2,'mara','y'),(3,'sam','z')")
        + &table("wp_aal_user_tags", "")
        + &table("wp_pa_user_progress", "")
        + &table("wp_aal_request_cache", "");
    let contents = look_at(&[HEAD, &body, TAIL].concat());
    assert_eq!(contents.completed.as_deref(), Some("2026-11-21  5:10:00"));
    let expected = Dump {
        ending: DumpEnding::Whole,
        tables: 6,
        prefix: Some("wp_".to_owned()),
        lacks: Vec::new(),
        users: 3,
        accessally_tables: 2,
    };
    assert_eq!(contents.dump(None), Ok(expected));
}

#[test]
fn rows_are_counted_whatever_stands_in_their_strings() {
    let cases = [
        (r"(1,'a),(b'),(2,'it''s; (not) a row')", 2),
        (r"(1,'\'),(2,\''),(2,'\\'),(3,'\\\'),(')", 3),
        ("(1,'-- Dump completed'),(2,'/* '),(3,'# x'),(4,' */')", 4),
        ("(1,'a\n-- Dump completed on 2026-01-01\n'),(2,'`')", 2),
        ("\n(1,'a'),\n(2,'b'),\n(3,'c')", 3),
        ("(1,_binary 'x)\\0(',NULL,-1,1.5e-7),(2,0x28292c,NULL,- 1,(3))", 2),
        ("(1,\"a),('\"),(2,\"\\\"),(\")", 2),
        ("(1,'Zoë – (Ørsted)'),(2,'日本')", 2),
        ("(1,'a') ON DUPLICATE KEY UPDATE ID=VALUES(ID), x=VALUES(x)", 1),
        ("(1,'a'), -- (9,'x'),\n (2,'b') /* ,(3,'c') */", 2),
    ];
    for (rows, users) in cases {
        let dump = dump(&[HEAD, &site("wp_", rows), TAIL].concat());
        assert_eq!((dump.users, dump.ending), (users, DumpEnding::Whole), "{rows}");
    }
}

#[test]
fn the_home_of_each_site_is_read_from_its_own_options_and_no_other_value_is() {
    let home = |options: &str| {
        let body = table("wp_options", options) + &table("wp_usermeta", "") + &table("wp_users", "(1,'home','x')");
        look_at(&[HEAD, &body, TAIL].concat()).sites["wp_"].home.clone()
    };
    let there = Some("https://x.example/club".to_owned());
    assert_eq!(home("(1,'siteurl','https://s.example','yes'),(2,'home','https://x.example/club','yes')"), there);
    assert_eq!(
        home("(1,'blogname','home','yes'),(2,'home','https://x.example/club','on'),(3,'x','home','yes')"),
        there
    );
    assert_eq!(home("(1,'a','(home,\\'home\\',','yes'),\n (2,\n'home', 'https://x.example/club','yes')"), there);
    // It is not the option of that name.
    assert_eq!(home("(1,'page_for_home','https://y.example','yes'),(2,'x','home','https://y.example')"), None);
    assert_eq!(home("(1,'home',NULL,'https://y.example')"), None);
    assert_eq!(home(&format!("(1,'home','https://{}','yes')", "y".repeat(300))), None);
    let network = look_at(
        &[HEAD, &site("wp_", ""), &table("wp_2_options", "(1,'home','https://two.example','yes')"), TAIL].concat(),
    );
    assert_eq!(network.sites["wp_"].home, None);
}

#[test]
fn inserts_come_in_several_shapes() {
    let base = site("wp_", "");
    let cases = [
        ("INSERT INTO wp_users VALUES (1,'a'),(2,'b');", 2),
        ("insert ignore into `wp_users` (`ID`, `user_login`) values (1,'a'),(2,'b');", 2),
        ("REPLACE INTO `wp_users` VALUES (1,'a');REPLACE INTO `wp_users` VALUES (2,'b');", 2),
        ("INSERT INTO `wp_bp_users` VALUES (1,'a');\nINSERT INTO `wp_users_old` VALUES (1);", 0),
        ("INSERT INTO \"wp_users\" VALUES (1,'a');", 1),
        // The body of a trigger is no part of the data.
        (
            "DELIMITER ;;\nCREATE TRIGGER t AFTER INSERT ON x FOR EACH ROW BEGIN\nINSERT INTO `wp_users` VALUES (1,'a'); \
             END ;;\nDELIMITER ;\nINSERT INTO `wp_users` VALUES (7,'c');",
            1,
        ),
        ("DELIMITER $$\nBEGIN INSERT INTO `wp_users` VALUES (1,'a'); END$$\n$$\nDELIMITER ;\nSELECT 1;", 0),
        ("SELECT 'INSERT INTO `wp_users` VALUES (1)';", 0),
    ];
    for (insert, users) in cases {
        let dump = dump(&[HEAD, &base, insert, "\n", TAIL].concat());
        assert_eq!((dump.users, dump.ending), (users, DumpEnding::Whole), "{insert}");
    }
}

#[test]
fn a_dump_cut_anywhere_is_never_whole() {
    let text = [HEAD, &site("wp_", "(1,'jo (x)'),(2,'it''s')"), TAIL].concat();
    let marker = text.find("-- Dump completed").unwrap() + "-- Dump completed".len();
    let header = text.find("MariaDB dump").unwrap() + "MariaDB dump".len();
    for end in 0..marker {
        let ending = look(&mut &text.as_bytes()[..end]).unwrap().ending;
        assert_ne!(ending, DumpEnding::Whole, "cut at {end}");
        assert!(end < header || matches!(ending, DumpEnding::Broken(_)), "cut at {end}: {ending:?}");
    }
    assert_eq!(look(&mut &text.as_bytes()[..marker]).unwrap().ending, DumpEnding::Whole);
}

#[test]
fn what_is_wrong_is_named() {
    let body = site("wp_", "(1,'a')");
    assert!(broken(&[HEAD, &body].concat()).contains("`-- Dump completed`, is missing"));
    let marked_and_more = [HEAD, &body, TAIL, HEAD, "CREATE TABLE `x` (id int);\n"].concat();
    assert!(broken(&marked_and_more).contains("is missing"), "a second dump behind the first, cut");
    assert!(broken("INSERT INTO `wp_users` VALUES (1,'a'),(2,'").contains("middle of a statement"));
    assert!(broken("CREATE TABLE `wp_users` (\n").contains("middle of a statement"));
    assert!(broken("/* never ends").contains("middle of a statement"));
    let said = "mysqldump: Got error: 2013: Lost connection to server during query\n";
    assert!(broken(&[HEAD, &body, said].concat()).contains("a message of the program"));
    let warned = "mysqldump: [Warning] Using a password on the command line interface can be insecure.\n";
    assert!(broken(&[warned, HEAD, &body, TAIL].concat()).contains("a message of the program"));
    let wide: Vec<u8> =
        [0xFF, 0xFE].into_iter().chain([HEAD, TAIL].concat().encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let DumpEnding::Broken(how) = look(&mut wide.as_slice()).unwrap().ending else { panic!() };
    assert!(how.contains("UTF-16"), "{how}");
}

#[test]
fn without_comments_nothing_proves_the_end() {
    let text: String = [HEAD, &site("wp_", "(1,'a')"), TAIL]
        .concat()
        .lines()
        .filter(|line| !line.starts_with("--"))
        .map(|line| format!("{line}\n"))
        .collect();
    let dump = dump(&text);
    assert_eq!((dump.ending, dump.users, dump.lacks), (DumpEnding::NotProven, 1, Vec::new()));
    assert_eq!(look_at("").ending, DumpEnding::NotProven);
    assert_eq!(look_at("\u{feff}-- by another tool\nSET x = 1;\n-- 2026-11-21\n").ending, DumpEnding::NotProven);
}

#[test]
fn sites_are_told_apart_by_the_beginning_of_their_tables_names() {
    let two = [HEAD, &site("wp_", "(1),(2)"), &site("blog_", "(1)"), &table("wp_bp_users", ""), TAIL].concat();
    let contents = look_at(&two);
    assert_eq!(contents.dump(None), Err(vec!["blog_", "wp_"]));
    assert_eq!(contents.dump(Some("wp_")).unwrap().users, 2);
    assert_eq!(contents.dump(Some("x_")), Err(vec!["blog_", "wp_"]));
    // A network of sites shares its users.
    let network = [HEAD, &site("wp_", "(1)"), &table("wp_2_options", ""), &table("wp_3_options", ""), TAIL].concat();
    assert_eq!(dump(&network).prefix.as_deref(), Some("wp_"));
    // The same names in two databases are two sites; a table that is created again begins again.
    let databases = [HEAD, "USE `a`;\n", &site("wp_", "(1)"), "USE `b`;\n", &site("wp_", "(1),(2)"), TAIL].concat();
    let contents = look_at(&databases);
    assert_eq!(contents.dump(None), Err(vec!["a.wp_", "b.wp_"]));
    assert_eq!(contents.dump(Some("b.wp_")).unwrap().users, 2);
    assert_eq!(dump(&[HEAD, &site("wp_", "(1),(2)"), &site("wp_", "(3)"), TAIL].concat()).users, 1);
}

#[test]
fn what_lacks_is_named() {
    let lacks = |text: &str| {
        let dump = dump(text);
        (dump.prefix, dump.lacks.join(" "))
    };
    let without_users = [HEAD, &table("wp_options", ""), &table("wp_usermeta", ""), TAIL].concat();
    assert_eq!(lacks(&without_users), (Some("wp_".to_owned()), "users".to_owned()));
    assert_eq!(lacks(&[HEAD, &table("x", ""), TAIL].concat()), (None, "users usermeta options".to_owned()));
    let odd = [HEAD, &table("a_users", ""), &table("b_users", ""), &table("b_options", ""), TAIL].concat();
    assert_eq!(lacks(&odd), (Some("b_".to_owned()), "usermeta".to_owned()));
}

/// Text without an end of line, and names and comments without an end, need no more memory than any other.
#[test]
fn hostile_lengths_are_bounded() {
    for (before, filler) in [("CREATE TABLE `", b'a'), ("INSERT INTO ", b'a'), ("-- ", b'x'), ("'", b'x'), ("((", b'(')]
    {
        let mut scanner = Scanner::default();
        scanner.feed(before.as_bytes());
        let block = vec![filler; 1 << 16];
        (0..200).for_each(|_| scanner.feed(&block));
        assert!(scanner.held() < 4096, "{before}: {}", scanner.held());
    }
}

#[test]
fn packing_that_ends_too_early_is_a_broken_dump() {
    let body: String = (0..2000).map(|n| format!("({n},'user{n}'),")).collect();
    let text = [HEAD, &site("wp_", &format!("{body}(0,'x')")), TAIL].concat();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut packed, text.as_bytes()).unwrap();
    let gz = packed.finish().unwrap();
    let zst = zstd::encode_all(text.as_bytes(), 3).unwrap();
    let gunzip = |bytes: &[u8]| {
        look(&mut BufReader::new(flate2::read::MultiGzDecoder::new(Cursor::new(bytes.to_vec())))).unwrap()
    };
    let unzstd = |bytes: &[u8]| {
        let unpacked: Box<dyn Read> = Box::new(zstd::Decoder::new(Cursor::new(bytes.to_vec())).unwrap());
        look(&mut BufReader::new(unpacked)).unwrap()
    };
    assert_eq!((gunzip(&gz).ending, unzstd(&zst).ending), (DumpEnding::Whole, DumpEnding::Whole));
    for end in [1, 20, gz.len() / 2, gz.len() - 9, gz.len() - 1] {
        assert_eq!(gunzip(&gz[..end]).ending, DumpEnding::Broken("its compressed data is cut off".to_owned()), "{end}");
    }
    for end in [20, zst.len() / 2, zst.len() - 1] {
        assert_eq!(
            unzstd(&zst[..end]).ending,
            DumpEnding::Broken("its compressed data is cut off".to_owned()),
            "{end}"
        );
    }
    let mut flipped = gz.clone();
    flipped[gz.len() / 2] ^= 0x55;
    assert!(matches!(gunzip(&flipped).ending, DumpEnding::Broken(_)));
}
