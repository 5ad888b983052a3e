//! Things of the kitchen.

use super::{Paint, ornament};

pub(super) fn mug(p: &Paint) -> String {
    let Paint { main, light, dark, .. } = p;
    let ornament = ornament(p, (122, 170, 136, 100));
    format!(
        r##"<path d="M260 165h16a42 42 0 0 1 0 84h-18" fill="none" stroke="{dark}" stroke-width="19"/>
<path d="M120 128h140v158a38 38 0 0 1-38 38h-64a38 38 0 0 1-38-38z" fill="{main}"/>{ornament}
<ellipse cx="190" cy="128" rx="70" ry="15" fill="{light}"/><ellipse cx="190" cy="130" rx="60" ry="10" fill="#4b2e20"/>
<path d="M136 158v118" stroke="{light}" stroke-width="9" stroke-linecap="round" opacity=".6"/>
<path d="M170 100q-14-18 0-34t0-34M206 100q-14-18 0-34t0-34" fill="none" stroke="#fff" stroke-width="6" stroke-linecap="round" opacity=".6"/>"##
    )
}

pub(super) fn bowl(p: &Paint) -> String {
    let Paint { main, light, dark, .. } = p;
    let ornament = ornament(p, (120, 215, 160, 60));
    format!(
        r##"<path d="M70 190h260a130 130 0 0 1-88 122v14h-84v-14A130 130 0 0 1 70 190z" fill="{main}"/>{ornament}
<ellipse cx="200" cy="190" rx="130" ry="30" fill="{light}"/><ellipse cx="200" cy="194" rx="114" ry="22" fill="{dark}"/>
<path d="M158 318h84" stroke="{dark}" stroke-width="10" stroke-linecap="round"/>"##
    )
}

pub(super) fn plate(p: &Paint) -> String {
    let Paint {
        main,
        light,
        dark,
        accent,
        number,
    } = p;
    let dashes = 6 + number % 5 * 4;
    format!(
        r##"<circle cx="200" cy="196" r="134" fill="{dark}"/><circle cx="200" cy="190" r="134" fill="{main}"/>
<circle cx="200" cy="190" r="112" fill="none" stroke="{accent}" stroke-width="7" stroke-dasharray="{dashes} 9"/>
<circle cx="200" cy="190" r="84" fill="{light}"/><path d="M150 150a64 64 0 0 1 70-22" fill="none" stroke="#fff" stroke-width="8" stroke-linecap="round" opacity=".7"/>"##
    )
}

pub(super) fn casserole(p: &Paint) -> String {
    let Paint { main, light, dark, .. } = p;
    format!(
        r##"<path d="M96 196h208v92a34 34 0 0 1-34 34H130a34 34 0 0 1-34-34z" fill="{main}"/>
<path d="M96 220H62v26h34M304 220h34v26h-34" fill="none" stroke="{dark}" stroke-width="13" stroke-linejoin="round"/>
<path d="M88 196a112 62 0 0 1 224 0z" fill="{light}"/><path d="M84 196h232" stroke="{dark}" stroke-width="12" stroke-linecap="round"/>
<circle cx="200" cy="124" r="14" fill="{dark}"/><path d="M118 222v70" stroke="{light}" stroke-width="9" stroke-linecap="round" opacity=".6"/>"##
    )
}

pub(super) fn pan(p: &Paint) -> String {
    let Paint { main, light, dark, .. } = p;
    format!(
        r##"<path d="M244 236l118-62" stroke="#6b4630" stroke-width="20" stroke-linecap="round"/>
<ellipse cx="168" cy="256" rx="124" ry="66" fill="{dark}"/><ellipse cx="168" cy="244" rx="124" ry="62" fill="{main}"/>
<ellipse cx="168" cy="246" rx="102" ry="48" fill="{dark}"/><path d="M92 240a78 36 0 0 1 66-34" fill="none" stroke="{light}" stroke-width="7" stroke-linecap="round"/>
<circle cx="346" cy="183" r="5" fill="#fbf8f1"/>"##
    )
}

pub(super) fn kettle(p: &Paint) -> String {
    let Paint {
        main,
        light,
        dark,
        accent,
        ..
    } = p;
    format!(
        r##"<path d="M130 166a70 62 0 0 1 140 0" fill="none" stroke="{dark}" stroke-width="14"/>
<path d="M272 230l56-52 16 10-46 92z" fill="{dark}"/>
<path d="M112 190a90 60 0 0 1 176 0l16 104a28 28 0 0 1-28 30H124a28 28 0 0 1-28-30z" fill="{main}"/>
<path d="M118 190h164" stroke="{dark}" stroke-width="8"/><circle cx="200" cy="128" r="13" fill="{accent}"/>
<path d="M128 214l-10 74" stroke="{light}" stroke-width="10" stroke-linecap="round" opacity=".7"/>"##
    )
}

pub(super) fn board(p: &Paint) -> String {
    let Paint {
        main,
        light,
        dark,
        number,
        ..
    } = p;
    let corner = 16 + number % 4 * 12;
    format!(
        r##"<g transform="rotate(-14 200 200)"><rect x="112" y="128" width="176" height="196" rx="{corner}" fill="{main}"/>
<path d="M180 132V74a20 20 0 0 1 40 0v58z" fill="{main}"/><circle cx="200" cy="78" r="8" fill="{dark}"/>
<path d="M136 160q20 60 0 136M170 150q14 80-4 158M214 150q-12 70 6 158M252 160q-16 60 2 136" fill="none" stroke="{dark}" stroke-width="3" opacity=".5"/>
<path d="M122 146v150" stroke="{light}" stroke-width="6" stroke-linecap="round"/></g>"##
    )
}
