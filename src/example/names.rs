//! Invented people of many scripts, and addresses that nobody can have.

use super::Chance;

/// First and last names that go together, each with the Latin spelling of its address.
struct Tongue {
    first: &'static [(&'static str, &'static str)],
    last: &'static [(&'static str, &'static str)],
}

/// Without odd characters: most members, as on most lists.
const PLAIN: Tongue = Tongue {
    first: &[
        ("Ada", "ada"),
        ("Bo", "bo"),
        ("Clara", "clara"),
        ("Dana", "dana"),
        ("Elliot", "elliot"),
        ("Flora", "flora"),
        ("Gwen", "gwen"),
        ("Hugo", "hugo"),
        ("Iris", "iris"),
        ("Jonah", "jonah"),
        ("Kit", "kit"),
        ("Mary-Jane", "mary-jane"),
    ],
    last: &[
        ("Ash", "ash"),
        ("Birch", "birch"),
        ("Cedar", "cedar"),
        ("Dogwood", "dogwood"),
        ("Elder", "elder"),
        ("Fern", "fern"),
        ("Hazel", "hazel"),
        ("Juniper", "juniper"),
        ("Larch", "larch"),
        ("Van der Linde", "vanderlinde"),
        ("Rowan", "rowan"),
        ("Willow", "willow"),
    ],
};

/// With everything that a careless export breaks.
const OTHERS: [Tongue; 18] = [
    Tongue {
        first: &[("Zoë", "zoe"), ("Søren", "soren"), ("Åsa", "asa")],
        last: &[("O'Neil-Ørsted", "o'neil"), ("Lindström", "lindstrom")],
    },
    Tongue {
        first: &[("Łucja", "lucja"), ("Jiří", "jiri")],
        last: &[("Dąbrowska", "dabrowska"), ("Růžička", "ruzicka")],
    },
    Tongue {
        first: &[("José", "jose"), ("Inês", "ines")], last: &[("Núñez y Peña", "nunez"), ("d'Ávila", "d'avila")]
    },
    Tongue {
        first: &[("Işıl", "isil"), ("İlker", "ilker")], last: &[("Çağlar", "caglar"), ("Öztürk", "ozturk")]
    },
    Tongue { first: &[("Nguyệt", "nguyet"), ("Thảo", "thao")], last: &[("Đặng", "dang"), ("Phạm", "pham")] },
    Tongue {
        first: &[("Ольга", "olga"), ("Юрій", "yurii")], last: &[("Берёзова", "beryozova"), ("Кленко", "klenko")]
    },
    Tongue {
        first: &[("Ελένη", "eleni"), ("Νίκος", "nikos")], last: &[("Δάφνη", "dafni"), ("Πεύκος", "pefkos")]
    },
    Tongue {
        first: &[("ليلى", "layla"), ("يوسف", "yusuf")], last: &[("الزيتون", "alzaytun"), ("النخيل", "alnakhil")]
    },
    Tongue { first: &[("נועה", "noa"), ("אורי", "uri")], last: &[("אלון", "alon"), ("ברוש", "brosh")] },
    Tongue {
        first: &[("अनन्या", "ananya"), ("रोहन", "rohan")], last: &[("पीपल", "pipal"), ("नीम", "neem")]
    },
    Tongue { first: &[("மலர்", "malar")], last: &[("ஆலமரம்", "alamaram")] },
    Tongue { first: &[("কবির", "kabir")], last: &[("বকুল", "bakul")] },
    Tongue {
        first: &[("มะลิ", "mali"), ("ต้น", "ton")], last: &[("ไผ่ทอง", "phaithong"), ("สนใหญ่", "sonyai")]
    },
    Tongue { first: &[("小梅", "xiaomei"), ("子松", "zisong")], last: &[("林", "lin"), ("欧阳", "ouyang")] },
    Tongue {
        first: &[("さくら", "sakura"), ("健一", "kenichi")], last: &[("松本", "matsumoto"), ("ｻｻｷ", "sasaki")]
    },
    Tongue { first: &[("은솔", "eunsol"), ("나무", "namu")], last: &[("박", "bak"), ("소나무", "sonamu")] },
    Tongue { first: &[("ნინო", "nino")], last: &[("მუხა", "mukha")] },
    Tongue {
        first: &[("Անի", "ani"), ("ሰላም", "selam")], last: &[("Կաղնի", "kaghni"), ("ወርቁ", "werku")]
    },
];

/// Hosts under the reserved `.example`.
const HOSTS: [&str; 4] = ["member.example", "post.example", "mail.example", "studio.example"];

/// An invented person: first name, last name, address. The number keeps addresses apart.
pub(super) fn person(chance: &mut Chance, number: usize) -> (String, String, String) {
    let plain = chance.percent(62);
    let tongue = if plain { &PLAIN } else { chance.of(&OTHERS) };
    let (first, last) = (chance.of(tongue.first), chance.of(tongue.last));
    let list = if chance.percent(4) { "+bloom" } else { "" };
    let email = format!("{}.{}{number}{list}@{}", first.1, last.1, chance.of(&HOSTS));
    (first.0.to_owned(), last.0.to_owned(), email)
}
