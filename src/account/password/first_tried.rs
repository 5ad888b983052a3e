//! What everybody tries first: words that people like, with a year or some digits around them, and runs of keys. Not a
//! copy of a list of stolen passwords: the words of such lists are few, and the rest follows from them by rule.

use std::collections::HashSet;
use std::sync::LazyLock;

/// Words that passwords are made of, at least four letters, without what is put around them.
const WORD_LIST: &str = "\
 aaron abcdefg academy access account action adam adidas admin administrator adobe adrian airborne albert alex \
 alexander alexandra alexis alice alison alpha amanda america american amour anderson andrea andreas andrew \
 angel angela angelina angels animal anna annie anthony antonio apache apollo apple april arsenal arthur asdf \
 asdfgh asdfghjkl ashley august austin autumn azerty babe baby babygirl babylon backup bailey banana bandit \
 barbara barcelona baseball basketball batman beach beautiful beauty beaver benjamin berlin bigdog birdie \
 bismillah black blackie blessed blink blizzard blonde blue booboo boomer boston brandon brandy brazil bronco \
 broncos brooklyn brother bubba bubbles buddy bulldog buster butterfly calvin camaro camera canada captain \
 carlos carmen carolina caroline casino casper catherine celtic chance changeit changeme charles charlie \
 charlotte checkout cheese chelsea cherry chester chicago chicken chocolate chris christ christian christine \
 christopher claudia cocacola coffee compaq computer connect contrasena cookie cooper corvette cowboy cowboys \
 cricket crystal customer dallas daniel daniela danielle david december default delta demo denise dennis denver \
 diablo diamond digital dolphin dolphins donald dragon dreams eagle eagles eclipse ecommerce edward einstein \
 elephant elizabeth eminem emma enter eric eternity evelyn everton example explorer falcon family fender ferrari \
 fishing florida flower flowers football forever formula france francis frank frankfurt freddy freedom freeman \
 friday friend friends fuckyou galaxy gandalf garfield gemini generic george gerald german germany ghost giants \
 ginger golden goldfish golf gordon gorgeous green gregory guest guitar gunner hacker hallo hallowelt hamburg \
 hamster hannah happy hardcore harley harry heather heaven hello helloworld helpme henry hobbit hockey holiday \
 honda honey hotdog house houston hunter hunting icecream iceman iloveu iloveyou infinity internet ireland \
 isabel isabella israel jackie jackson jaguar jakarta james january jasmine jason jasper jennifer jeremy jessica \
 jessie jesus jesuschrist johnny johnson jonathan jordan joseph joshua julian juliet justin karina katherine \
 keyboard killer king kitten kitty knight ladies lakers lauren leather legend leonardo letmein liberty lindsey \
 linkin liverpool login london looking love lovelove lovely loveme lover loveyou lucky madison maggie magic \
 manager manchester marina mario marlboro marley marlin martin master matrix matthew maverick maxwell melanie \
 melissa mercedes merchant merlin merx metallica mexico michael michel michelle mickey midnight miguel mike \
 miller minecraft money monica monika monkey monster morgan motdepasse mother motorola mountain mustang mylove \
 naruto nascar natalie natasha nathan naughty newpass newyork nicholas nicole nintendo nirvana nothing november \
 october oliver olivia online orange pakistan pantera panther parker parola pass passw passwd password passwort \
 patrick peaches peanut pepper peter phantom phoenix pizza player please pokemon police porsche power precious \
 prince princess private purple qazwsx qazwsxedc qwer qwert qwerty qwertyuiop qwertz qwertzuiop rabbit rachel \
 racing raiders rainbow ranger rangers raymond rebecca redskins redsox renault richard robert robinson rocket \
 ronaldo rooster root rosebud runner russia samantha sammy samsung samuel sandra saturday saturn schalke schatz \
 schatzi scooby scooter scorpion scott secret secure security senha september service sesame shadow shannon shop \
 shopping silver simone simple skywalker slayer smokey snoopy soccer softball sophie spartan spider spiderman \
 spring stalker star starwars steelers stella stephen steven storefront stupid success summer sunday sunflower \
 sunny sunshine super superman superstar supervisor support sweet sweetheart swordfish sydney system tamara \
 taylor teacher teddy temp temporary tennis teresa test tester testing testtest texas thankyou thomas thunder \
 thursday tiger tigers tigger tinkerbell toor topgun toyota travis trinity trouble trustno trustnoone turtle \
 twitter united unknown user username valentina valentine vampire vanessa veronica victor victoria viking \
 vincent volkswagen wachtwoord warcraft warrior weasel webmaster wednesday welcome whatever white wilhelm \
 william williams willkommen wilson windows winner winston winter wizard wolf wolverine wonderful world woodland \
 xavier yamaha yankees yellow yourself zaqwsx zxcvbn zxcvbnm";

static WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| WORD_LIST.split_ascii_whitespace().collect());

/// Whole passwords that no rule below finds.
const WHOLE: &[&str] = &[
    "0987654321q",
    "123qweasd",
    "123qweasdzxc",
    "18atcskd2w",
    "1g2w3e4r",
    "1q2w3e",
    "1q2w3e4r",
    "1q2w3e4r5t",
    "1q2w3e4r5t6y",
    "1qa2ws3ed",
    "1qaz2wsx",
    "1qaz2wsx3edc",
    "1qazxsw2",
    "3rjs1la7qe",
    "a1b2c3d4",
    "a1b2c3d4e5",
    "admin123admin",
    "asdf;lkj",
    "asdfjkl;",
    "correct horse battery staple",
    "correcthorsebatterystaple",
    "dontforget",
    "g_czechout",
    "gfhjkm123",
    "iamthebest",
    "idontknow",
    "letmeinnow",
    "myspace1",
    "ncc1701d",
    "p@ssw0rd",
    "passpass",
    "q1w2e3r4",
    "q1w2e3r4t5",
    "q1w2e3r4t5y6",
    "qweasdzxc",
    "qwe123qwe",
    "rush2112",
    "thx1138",
    "trustno1",
    "zag12wsx",
    "zaq12wsx",
    "zaq1zaq1",
    "zaq1xsw2",
];

/// Neighbours: keyboards, the alphabet, the digits.
const ROWS: [&str; 9] = [
    "1234567890",
    "qwertyuiop",
    "qwertzuiopü",
    "azertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "yxcvbnm",
    "abcdefghijklmnopqrstuvwxyz",
    "0123456789",
];
/// Shortest run of neighbours that counts as one.
const RUN_MIN: usize = 3;
/// Characters around a word that are no more than its decoration.
const DECORATION_MAX: usize = 6;
/// Longer pairs of words are left to those who can remember them.
const TWO_WORDS_MAX: usize = 12;

/// Whether `password`, in lower case, is one of those that are tried first.
pub(super) fn is_common(password: &str) -> bool {
    let plain = unleet(password);
    WHOLE.contains(&password) || is_date(password) || is_repeated(password) || is_runs(password) || {
        [password, &plain]
            .into_iter()
            .any(|text| is_decorated(text) || is_words(text))
    }
}

fn is_word(text: &str) -> bool {
    WORDS.contains(text)
}

/// A word with up to six digits and signs around it: `welcome2024!`.
fn is_decorated(text: &str) -> bool {
    let core = text.trim_matches(|c: char| !c.is_alphabetic());
    let around = text.chars().count() - core.chars().count();
    around <= DECORATION_MAX && (is_word(core) || is_repeated_word(core))
}

/// `lovelove`, `testtest`.
fn is_repeated_word(text: &str) -> bool {
    let half = text.len() / 2;
    text.is_char_boundary(half) && text.split_at(half).0 == text.split_at(half).1 && is_word(text.split_at(half).0)
}

/// Two short words in a row, maybe joined by a sign: `hello.world`, `super_user`.
fn is_words(text: &str) -> bool {
    let letters: String = text.chars().filter(|c| c.is_alphanumeric()).collect();
    if letters.chars().count() > TWO_WORDS_MAX {
        return false;
    }
    let cuts = letters.char_indices().map(|(at, _)| at).skip(1);
    let mut halves = cuts.map(|at| letters.split_at(at));
    text.chars().count() - letters.chars().count() <= 2 && halves.any(|(a, b)| is_word(a) && is_word(b))
}

/// The letters that people write as digits and signs.
fn unleet(text: &str) -> String {
    let plain = |c| match c {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    };
    // What stands at the end is decoration more often than letters.
    let core = text.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '!' | '.' | '?' | '*' | '#'));
    core.chars().map(plain).collect()
}

/// A group of up to four characters, over and over: `aaaaaaaa`, `12341234`.
fn is_repeated(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    (1..=4).any(|period| chars.len() >= 2 * period && chars.iter().zip(chars.iter().skip(period)).all(|(a, b)| a == b))
}

/// Nothing but runs of neighbours, two at most beside single characters: `qwertyuiop`, `qwer1234`, `abc123456`.
fn is_runs(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    let (mut at, mut runs, mut single) = (0, 0, 0);
    while at < chars.len() {
        let length = run_at(chars.get(at..).unwrap_or_default());
        if length >= RUN_MIN {
            runs += 1;
            at += length;
        } else {
            single += 1;
            at += 1;
        }
    }
    runs > 0 && runs <= 3 && single <= 2
}

/// The length of the longest run that `chars` begins with: neighbours in one direction, or the same character.
fn run_at(chars: &[char]) -> usize {
    let along = |row: &str, back: bool| {
        let row: Vec<char> = if back {
            row.chars().rev().collect()
        } else {
            row.chars().collect()
        };
        let start = chars.first().and_then(|first| row.iter().position(|c| c == first));
        start.map_or(0, |start| {
            row.iter().skip(start).zip(chars).take_while(|(a, b)| a == b).count()
        })
    };
    let same = chars.iter().take_while(|c| Some(*c) == chars.first()).count();
    ROWS.iter()
        .flat_map(|row| [along(row, false), along(row, true)])
        .chain([same])
        .max()
        .unwrap_or_default()
}

/// Eight digits that are a date, however it is written.
fn is_date(text: &str) -> bool {
    let digits: String = text.chars().filter(|c| !matches!(c, '.' | '-' | '/' | ' ')).collect();
    let all_digits = digits.chars().all(|c| c.is_ascii_digit());
    let year = |part: Option<&str>| part.is_some_and(|part| part.starts_with("19") || part.starts_with("20"));
    all_digits && digits.len() == 8 && (year(digits.get(..4)) || year(digits.get(4..)))
}
