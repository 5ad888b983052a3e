//! Pictures of the demo shop, drawn by the program: an SVG a product and colour.

mod desk;
mod home;
mod outdoors;
mod table;
mod wear;

use serde::Deserialize;

/// Width and height of every picture in pixels.
pub(super) const SIZE: i32 = 800;

/// What a picture shows.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    Backpack,
    Ball,
    Beanie,
    Blanket,
    Board,
    Bottle,
    Bowl,
    Candle,
    Card,
    Casserole,
    Chair,
    Charger,
    Clock,
    Cushion,
    Game,
    Hat,
    Headphones,
    Kettle,
    Keyboard,
    Knit,
    Lamp,
    Lantern,
    Mug,
    Notebook,
    Pan,
    Pen,
    Pendant,
    Plant,
    Plate,
    Poster,
    Pot,
    Scarf,
    Shelf,
    Shirt,
    Socks,
    Speaker,
    Stool,
    Suitcase,
    Table,
    Tent,
    Tote,
    Trowel,
    Vase,
    Wateringcan,
}

/// The colours of one picture, as `#rrggbb`, and the number that varies it.
struct Paint {
    main: String,
    light: String,
    dark: String,
    accent: String,
    number: usize,
}

/// Named colours of the goods.
const COLOURS: [(&str, u32); 26] = [
    ("Amber", 0xd9_8e32),
    ("Ash", 0xd8_c9b0),
    ("Black", 0x2b_2b2f),
    ("Blush", 0xe3_b0a6),
    ("Brass", 0xc2_9a4b),
    ("Chalk", 0xee_eae0),
    ("Clay", 0xb9_6f4e),
    ("Copper", 0xb8_7048),
    ("Cream", 0xf0_e3c4),
    ("Fern", 0x5d_8a55),
    ("Forest", 0x2f_5a45),
    ("Granite", 0x6f_7378),
    ("Heather", 0x9a_87ad),
    ("Ink", 0x27_3a5e),
    ("Lilac", 0xb9_a6d3),
    ("Moss", 0x7d_8a4a),
    ("Mustard", 0xd8_a933),
    ("Oak", 0xb9_8a57),
    ("Olive", 0x6d_6f3c),
    ("Plum", 0x6e_3a5b),
    ("Poppy", 0xcf_4a3a),
    ("Sand", 0xd9_c3a0),
    ("Sea", 0x3f_8a91),
    ("Sky", 0x8f_bcd6),
    ("Steel", 0xa9_b1b8),
    ("Walnut", 0x6b_4630),
];
const PAPER: u32 = 0xfb_f8f1;
const NIGHT: u32 = 0x22_242c;
/// What stands behind the goods, in turns.
const WALLS: [u32; 6] = [0xe8_ddd0, 0xd9_e2df, 0xe6_dbe2, 0xdd_e3ec, 0xee_e2c6, 0xe0_e5d5];
/// What goes with the colour of the goods, in turns.
const ACCENTS: [u32; 5] = [0xd8_a933, 0xcf_4a3a, 0x3f_8a91, 0xf0_e3c4, 0x27_3a5e];

/// `colour` on the way to `other`: 0 stays, 100 is there.
fn mix(colour: u32, other: u32, percent: u32) -> u32 {
    [16, 8, 0].into_iter().fold(0, |mixed, shift| {
        let (a, b) = ((colour >> shift) & 0xff, (other >> shift) & 0xff);
        mixed | (((a * (100 - percent) + b * percent) / 100) << shift)
    })
}

fn hex(colour: u32) -> String {
    format!("#{colour:06x}")
}

/// `text` as it may stand in XML and HTML.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The picture of a product. `number` varies wall, ornament and details; an unknown colour is drawn as granite.
pub(super) fn svg(kind: Kind, colour: &str, number: usize, title: &str) -> String {
    let base = COLOURS
        .iter()
        .find(|(name, _)| *name == colour)
        .map_or(0x6f_7378, |(_, value)| *value);
    let accent = ACCENTS[number % ACCENTS.len()];
    let accent = if accent == base { PAPER } else { accent };
    let paint = Paint {
        main: hex(base),
        light: hex(mix(base, PAPER, 38)),
        dark: hex(mix(base, NIGHT, 34)),
        accent: hex(accent),
        number,
    };
    let wall = mix(WALLS[number % WALLS.len()], base, 8);
    let (top, bottom, floor) = (hex(mix(wall, PAPER, 55)), hex(wall), hex(mix(wall, NIGHT, 9)));
    let (sun_x, sun_r) = (90 + (number * 47) % 230, 60 + (number * 13) % 50);
    let (title, glow, body) = (escape(title), hex(mix(wall, PAPER, 70)), body(kind, &paint));
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="{SIZE}" height="{SIZE}" viewBox="0 0 400 400" role="img">
<title>{title}</title>
<defs><linearGradient id="wall" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="{top}"/><stop offset="1" stop-color="{bottom}"/></linearGradient></defs>
<rect width="400" height="400" fill="url(#wall)"/>
<circle cx="{sun_x}" cy="120" r="{sun_r}" fill="{glow}" opacity=".8"/>
<path d="M0 318h400v82H0z" fill="{floor}"/>
<ellipse cx="200" cy="330" rx="125" ry="14" fill="#22242c" opacity=".16"/>
{body}
</svg>
"##
    )
}

fn body(kind: Kind, p: &Paint) -> String {
    match kind {
        Kind::Backpack => wear::backpack(p),
        Kind::Ball => outdoors::ball(p),
        Kind::Beanie => wear::beanie(p),
        Kind::Blanket => home::blanket(p),
        Kind::Board => table::board(p),
        Kind::Bottle => outdoors::bottle(p),
        Kind::Bowl => table::bowl(p),
        Kind::Candle => home::candle(p),
        Kind::Card => desk::card(p),
        Kind::Casserole => table::casserole(p),
        Kind::Chair => home::chair(p),
        Kind::Charger => desk::charger(p),
        Kind::Clock => home::clock(p),
        Kind::Cushion => home::cushion(p),
        Kind::Game => outdoors::game(p),
        Kind::Hat => wear::hat(p),
        Kind::Headphones => desk::headphones(p),
        Kind::Kettle => table::kettle(p),
        Kind::Keyboard => desk::keyboard(p),
        Kind::Knit => wear::knit(p),
        Kind::Lamp => home::lamp(p),
        Kind::Lantern => outdoors::lantern(p),
        Kind::Mug => table::mug(p),
        Kind::Notebook => desk::notebook(p),
        Kind::Pan => table::pan(p),
        Kind::Pen => desk::pen(p),
        Kind::Pendant => home::pendant(p),
        Kind::Plant => outdoors::plant(p),
        Kind::Plate => table::plate(p),
        Kind::Poster => desk::poster(p),
        Kind::Pot => outdoors::pot(p),
        Kind::Scarf => wear::scarf(p),
        Kind::Shelf => home::shelf(p),
        Kind::Shirt => wear::shirt(p),
        Kind::Socks => wear::socks(p),
        Kind::Speaker => desk::speaker(p),
        Kind::Stool => home::stool(p),
        Kind::Suitcase => wear::suitcase(p),
        Kind::Table => home::table(p),
        Kind::Tent => outdoors::tent(p),
        Kind::Tote => wear::tote(p),
        Kind::Trowel => outdoors::trowel(p),
        Kind::Vase => home::vase(p),
        Kind::Wateringcan => outdoors::watering_can(p),
    }
}

/// An ornament in a field: bands, dots, zigzag, waves or a single disc, by the number of the picture.
fn ornament(p: &Paint, (x, y, width, height): (usize, usize, usize, usize)) -> String {
    let accent = &p.accent;
    match p.number % 5 {
        0 => {
            let step = height / 4;
            let bands: String = [0, 1, 2]
                .map(|i| format!("M{x} {}h{width}", y + step * (i + 1)))
                .concat();
            format!(r#"<path d="{bands}" stroke="{accent}" stroke-width="7" opacity=".85"/>"#)
        }
        1 => {
            let mut dots = String::new();
            for row in 0..3 {
                for column in 0..4 {
                    let cx = x + width * (2 * column + 1 + row % 2) / 9;
                    let cy = y + height * (2 * row + 1) / 6;
                    dots.push_str(&format!(r#"<circle cx="{cx}" cy="{cy}" r="6"/>"#));
                }
            }
            format!(r#"<g fill="{accent}" opacity=".9">{dots}</g>"#)
        }
        2 => {
            let (step, rise) = (width / 8, height / 3);
            let zigzag = format!("l{step} -{rise}l{step} {rise}").repeat(4);
            let from = y + height * 2 / 3;
            format!(r#"<path d="M{x} {from}{zigzag}" fill="none" stroke="{accent}" stroke-width="6"/>"#)
        }
        3 => {
            let step = width / 4;
            let wave = format!("q{} -18 {} 0t{} 0", step / 2, step, step).repeat(2);
            let (first, second) = (y + height / 3, y + height * 2 / 3);
            format!(
                r#"<path d="M{x} {first}{wave}M{x} {second}{wave}" fill="none" stroke="{accent}" stroke-width="5"/>"#
            )
        }
        _ => {
            let (cx, cy, r) = (x + width / 2, y + height / 2, Ord::min(width, height) / 4);
            format!(r#"<circle cx="{cx}" cy="{cy}" r="{r}" fill="{accent}" opacity=".9"/>"#)
        }
    }
}
