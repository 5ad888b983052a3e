//! Things of the desk.

use super::{Paint, ornament};

pub(super) fn notebook(p: &Paint) -> String {
    let Paint {
        main,
        light,
        dark,
        accent,
        ..
    } = p;
    let ornament = ornament(p, (150, 200, 130, 90));
    format!(
        r##"<g transform="rotate(-7 200 200)"><rect x="116" y="68" width="184" height="252" rx="10" fill="#fbf8f1"/><rect x="106" y="60" width="184" height="252" rx="12" fill="{main}"/>
<path d="M118 60h20v252h-20a12 12 0 0 1-12-12V72a12 12 0 0 1 12-12z" fill="{dark}"/>{ornament}
<rect x="164" y="100" width="98" height="54" rx="4" fill="#fbf8f1"/><path d="M178 120h70M178 136h46" stroke="{dark}" stroke-width="5"/>
<path d="M270 60v252" stroke="{accent}" stroke-width="8"/><path d="M150 76v40" stroke="{light}" stroke-width="5" stroke-linecap="round"/></g>"##
    )
}

pub(super) fn pen(p: &Paint) -> String {
    let Paint {
        main,
        light,
        dark,
        accent,
        number,
    } = p;
    let turn = 32 + number % 4 * 7;
    format!(
        r##"<path d="M60 316q70-40 130-8t150-14" fill="none" stroke="{dark}" stroke-width="5" stroke-linecap="round"/>
<g transform="rotate({turn} 200 190)"><rect x="180" y="38" width="40" height="210" rx="18" fill="{main}"/><path d="M180 140h40v104h-40z" fill="{dark}"/>
<path d="M183 244h34l-17 62z" fill="{accent}"/><path d="M200 262v40" stroke="#22242c" stroke-width="2.500"/><rect x="180" y="132" width="40" height="12" fill="{accent}"/>
<path d="M214 54v66" stroke="{accent}" stroke-width="7" stroke-linecap="round"/><path d="M189 56v66" stroke="{light}" stroke-width="5" stroke-linecap="round"/></g>"##
    )
}

pub(super) fn poster(p: &Paint) -> String {
    let Paint {
        main,
        light,
        dark,
        accent,
        number,
    } = p;
    let scene = match number % 3 {
        0 => format!(
            r#"<circle cx="236" cy="126" r="30" fill="{accent}"/><path d="M116 250l60-90 46 60 26-32 36 62v40H116z" fill="{dark}"/><path d="M116 270q84-36 168 0v38H116z" fill="{light}"/>"#
        ),
        1 => format!(
            r#"<path d="M116 230q42-40 84 0t84 0v78H116z" fill="{dark}"/><path d="M116 260q42-30 84 0t84 0v48H116z" fill="{light}"/><path d="M180 216l20-96 34 96z" fill="{accent}"/><path d="M164 222h84l-16 22h-52z" fill="{dark}"/>"#
        ),
        _ => format!(
            r#"<circle cx="170" cy="150" r="44" fill="{accent}"/><rect x="196" y="150" width="76" height="76" fill="{dark}"/><path d="M130 290l50-90 50 90z" fill="{light}"/>"#
        ),
    };
    format!(
        r##"<rect x="92" y="52" width="216" height="280" fill="{dark}"/><rect x="100" y="60" width="200" height="264" fill="#fbf8f1"/>
<rect x="116" y="76" width="168" height="232" fill="{main}"/>{scene}"##
    )
}

pub(super) fn card(p: &Paint) -> String {
    let Paint {
        main,
        light,
        dark,
        accent,
        ..
    } = p;
    let ornament = ornament(p, (110, 200, 180, 70));
    format!(
        r##"<g transform="rotate(9 200 200)"><rect x="84" y="120" width="236" height="160" rx="14" fill="{dark}"/></g>
<g transform="rotate(-5 200 200)"><rect x="78" y="116" width="244" height="168" rx="14" fill="{main}"/>{ornament}
<path d="M78 172h244" stroke="{accent}" stroke-width="13"/><path d="M200 172q-46-50-56-20t56 20q46-50 56-20t-56 20z" fill="{accent}" stroke="{light}" stroke-width="4"/></g>"##
    )
}

pub(super) fn headphones(p: &Paint) -> String {
    let Paint {
        main,
        light,
        dark,
        accent,
        ..
    } = p;
    format!(
        r##"<path d="M104 226v-36a96 100 0 0 1 192 0v36" fill="none" stroke="{dark}" stroke-width="20"/><path d="M112 176a90 90 0 0 1 176 0" fill="none" stroke="{light}" stroke-width="7"/>
<rect x="78" y="204" width="62" height="108" rx="28" fill="{main}"/><rect x="260" y="204" width="62" height="108" rx="28" fill="{main}"/>
<rect x="130" y="214" width="20" height="88" rx="10" fill="{dark}"/><rect x="250" y="214" width="20" height="88" rx="10" fill="{dark}"/>
<circle cx="105" cy="258" r="12" fill="{accent}"/><circle cx="295" cy="258" r="12" fill="{accent}"/>"##
    )
}

pub(super) fn speaker(p: &Paint) -> String {
    let Paint {
        main,
        light,
        dark,
        accent,
        number,
    } = p;
    if number.is_multiple_of(2) {
        return format!(
            r##"<rect x="124" y="72" width="152" height="252" rx="22" fill="{main}"/><circle cx="200" cy="138" r="34" fill="{dark}"/><circle cx="200" cy="138" r="14" fill="{accent}"/>
<circle cx="200" cy="242" r="58" fill="{dark}"/><circle cx="200" cy="242" r="38" fill="{light}"/><circle cx="200" cy="242" r="16" fill="{accent}"/><path d="M138 98v190" stroke="{light}" stroke-width="6" stroke-linecap="round"/>"##
        );
    }
    format!(
        r##"<path d="M150 160a50 50 0 0 1 100 0" fill="none" stroke="{dark}" stroke-width="12"/><rect x="64" y="158" width="272" height="160" rx="44" fill="{main}"/>
<circle cx="134" cy="238" r="50" fill="{dark}"/><circle cx="266" cy="238" r="50" fill="{dark}"/><circle cx="134" cy="238" r="24" fill="{light}"/><circle cx="266" cy="238" r="24" fill="{light}"/>
<rect x="182" y="176" width="36" height="10" rx="5" fill="{accent}"/>"##
    )
}

pub(super) fn keyboard(p: &Paint) -> String {
    let Paint {
        main,
        light,
        dark,
        accent,
        number,
    } = p;
    let mut keys = String::new();
    for row in 0..4 {
        for column in 0..9 {
            let fill = if (row * 9 + column + number) % 11 == 0 {
                accent
            } else {
                light
            };
            let (x, y) = (74 + column * 28, 178 + row * 28);
            keys.push_str(&format!(
                r#"<rect x="{x}" y="{y}" width="23" height="22" rx="5" fill="{fill}"/>"#
            ));
        }
    }
    format!(
        r##"<rect x="54" y="166" width="292" height="160" rx="18" fill="{dark}"/><rect x="54" y="158" width="292" height="158" rx="18" fill="{main}"/>{keys}
<rect x="130" y="290" width="140" height="18" rx="6" fill="{light}"/>"##
    )
}

pub(super) fn charger(p: &Paint) -> String {
    let Paint {
        main,
        light,
        dark,
        accent,
        ..
    } = p;
    format!(
        r##"<path d="M200 300q90 30 150-40" fill="none" stroke="{dark}" stroke-width="8"/><ellipse cx="200" cy="286" rx="120" ry="40" fill="{dark}"/><ellipse cx="200" cy="274" rx="120" ry="40" fill="{main}"/>
<ellipse cx="200" cy="272" rx="88" ry="27" fill="{light}"/><g transform="rotate(-6 200 190)"><rect x="150" y="76" width="100" height="184" rx="16" fill="#22242c"/><rect x="158" y="88" width="84" height="160" rx="8" fill="{light}"/></g>
<path d="M206 132l-24 42h20l-6 34 26-46h-20z" fill="{accent}"/>"##
    )
}
