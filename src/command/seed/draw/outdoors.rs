//! Things that grow, and things to take outside.

use super::{Paint, ornament};

pub(super) fn plant(p: &Paint) -> String {
    let Paint { main, number, .. } = p;
    let leaves = match number % 4 {
        0 => {
            r##"<path d="M200 226q-80-30-96-110 70 10 96 110zM200 226q80-30 96-110-70 10-96 110zM200 226q-40-80 0-170 40 90 0 170z" fill="#4f8a55"/><path d="M200 226V80M200 226l-76-90M200 226l76-90" stroke="#2f5a45" stroke-width="4" fill="none"/>"##
        }
        1 => {
            r##"<path d="M160 226V110a18 18 0 0 1 36 0v116M200 226V74a20 20 0 0 1 40 0v152" fill="#5d8a55"/><path d="M240 160h22a12 12 0 0 0 12-12v-28M160 180h-18a12 12 0 0 1-12-12v-20" fill="none" stroke="#5d8a55" stroke-width="20" stroke-linecap="round"/><path d="M178 120v100M220 90v130" stroke="#fbf8f1" stroke-width="3" stroke-dasharray="4 12"/><circle cx="220" cy="56" r="11" fill="#cf4a3a"/>"##
        }
        2 => {
            r##"<path d="M200 226q-90-10-130-80 90-10 130 80zM200 226q90-10 130-80-90-10-130 80zM200 226q-70-60-70-140 70 40 70 140zM200 226q70-60 70-140-70 40-70 140z" fill="#6f9a5a"/><path d="M200 226L96 158M200 226l104-68M200 226L144 116M200 226l56-110" stroke="#3f6a45" stroke-width="4"/>"##
        }
        _ => {
            r##"<path d="M178 226q-30-100-8-176 22 80 24 176zM204 226q-6-110 14-196 18 90 2 196zM224 226q10-80 44-140 4 80-26 140zM176 226q-14-70-46-116-2 70 30 116z" fill="#4f7f5f"/><path d="M180 210q-8-70-8-130M212 210q2-80 8-140" stroke="#d8c96a" stroke-width="4" fill="none"/>"##
        }
    };
    format!("{leaves}\n{}", crock(p, main, 226))
}

/// A flower pot whose rim is at `top`.
fn crock(p: &Paint, fill: &str, top: usize) -> String {
    let Paint { light, dark, .. } = p;
    let ornament = ornament(p, (150, top + 34, 100, 50));
    format!(
        r##"<path d="M130 {top}h140l-16 {height}q-2 12-14 12h-80q-12 0-14-12z" fill="{fill}"/>{ornament}
<rect x="120" y="{rim}" width="160" height="26" rx="8" fill="{dark}"/><path d="M132 {shine}h52" stroke="{light}" stroke-width="6" stroke-linecap="round"/>"##,
        height = 314 - top,
        rim = top - 8,
        shine = top + 3,
    )
}

pub(super) fn pot(p: &Paint) -> String {
    crock(p, &p.main, 150 + p.number % 3 * 16)
}

pub(super) fn watering_can(p: &Paint) -> String {
    let Paint {
        main,
        light,
        dark,
        accent,
        ..
    } = p;
    format!(
        r##"<path d="M124 190a60 70 0 0 0-52 60 50 46 0 0 0 52 42" fill="none" stroke="{dark}" stroke-width="14"/><path d="M250 264l66-120 22 12-62 150z" fill="{dark}"/>
<path d="M304 132l50 28-10 18-50-28z" fill="{accent}"/><path d="M116 168h144l12 140q0 16-16 16H120q-16 0-16-16z" fill="{main}"/><ellipse cx="188" cy="168" rx="72" ry="16" fill="{light}"/>
<path d="M128 168a60 56 0 0 1 120 0" fill="none" stroke="{dark}" stroke-width="12"/><path d="M124 206l-6 86" stroke="{light}" stroke-width="9" stroke-linecap="round"/>"##
    )
}

pub(super) fn trowel(p: &Paint) -> String {
    let Paint { main, light, dark, .. } = p;
    format!(
        r##"<g transform="rotate(28 200 200)"><rect x="182" y="40" width="36" height="118" rx="17" fill="{main}"/><path d="M182 126h36v18h-36z" fill="{dark}"/><path d="M194 156h12v44h-12z" fill="#8d949a"/>
<path d="M156 198h88q10 90-44 140-54-50-44-140z" fill="#a9b1b8"/><path d="M200 210v108" stroke="#7c838a" stroke-width="6"/><path d="M191 56v60" stroke="{light}" stroke-width="6" stroke-linecap="round"/></g>"##
    )
}

pub(super) fn tent(p: &Paint) -> String {
    let Paint {
        main,
        light,
        dark,
        accent,
        ..
    } = p;
    format!(
        r##"<path d="M200 88L52 322h296z" fill="{main}"/><path d="M200 88l148 234h-64z" fill="{dark}"/><path d="M200 140l-56 182h112z" fill="#22242c"/>
<path d="M200 140l-56 182-34 0z" fill="{light}"/><path d="M200 140l56 182h30z" fill="{light}"/><path d="M200 88l-10-26M200 88l10-26" stroke="{accent}" stroke-width="6" stroke-linecap="round"/>
<path d="M70 294l-38 30M330 294l38 30" stroke="{accent}" stroke-width="4"/>"##
    )
}

pub(super) fn bottle(p: &Paint) -> String {
    let Paint { main, light, dark, .. } = p;
    let ornament = ornament(p, (150, 180, 100, 90));
    format!(
        r##"<rect x="170" y="46" width="60" height="44" rx="10" fill="{dark}"/><path d="M174 90h52q0 26 18 44 12 12 12 34v126q0 30-30 30h-52q-30 0-30-30V168q0-22 12-34 18-18 18-44z" fill="{main}"/>{ornament}
<path d="M160 176v110" stroke="{light}" stroke-width="9" stroke-linecap="round" opacity=".8"/><path d="M186 46a14 18 0 0 1 28 0" fill="none" stroke="{dark}" stroke-width="8"/>"##
    )
}

pub(super) fn lantern(p: &Paint) -> String {
    let Paint {
        main,
        light,
        dark,
        accent,
        ..
    } = p;
    format!(
        r##"<path d="M140 120a60 70 0 0 1 120 0" fill="none" stroke="{dark}" stroke-width="8"/><path d="M146 118h108l-16-36h-76z" fill="{main}"/><rect x="146" y="118" width="108" height="144" rx="10" fill="#fff3cf"/>
<path d="M200 160q30 40 0 70-30-30 0-70z" fill="{accent}"/><path d="M160 122v136M240 122v136" stroke="{dark}" stroke-width="6"/>
<path d="M130 262h140l14 62H116z" fill="{main}"/><circle cx="200" cy="294" r="12" fill="{accent}"/><path d="M146 274l-8 38" stroke="{light}" stroke-width="7" stroke-linecap="round"/>"##
    )
}

pub(super) fn game(p: &Paint) -> String {
    let Paint {
        main,
        light,
        dark,
        accent,
        number,
    } = p;
    let turn = number % 4 * 6;
    format!(
        r##"<path d="M70 196l130-62 130 62v92l-130 44-130-44z" fill="{dark}"/><path d="M70 196l130-62 130 62-130 52z" fill="{main}"/><path d="M200 248v84" stroke="{light}" stroke-width="4"/>
<path d="M134 196l66-30 66 30-66 28z" fill="{light}"/><g transform="rotate({turn} 200 130)"><rect x="166" y="72" width="64" height="64" rx="12" fill="#fbf8f1"/><circle cx="182" cy="88" r="6" fill="{dark}"/><circle cx="198" cy="104" r="6" fill="{accent}"/><circle cx="214" cy="120" r="6" fill="{dark}"/></g>
<circle cx="278" cy="176" r="16" fill="{accent}"/><path d="M262 206q4-26 16-26t16 26z" fill="{accent}"/>"##
    )
}

pub(super) fn ball(p: &Paint) -> String {
    let Paint {
        main,
        light,
        dark,
        accent,
        number,
    } = p;
    let turn = number * 23 % 90;
    format!(
        r##"<circle cx="200" cy="218" r="108" fill="{main}"/><g transform="rotate({turn} 200 218)" fill="none"><path d="M200 110q-70 108 0 216M200 110q70 108 0 216" stroke="{accent}" stroke-width="12"/><path d="M92 218h216" stroke="{dark}" stroke-width="8"/></g>
<path d="M126 176a90 90 0 0 1 44-42" fill="none" stroke="{light}" stroke-width="11" stroke-linecap="round"/>"##
    )
}
