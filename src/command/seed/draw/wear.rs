//! Things to wear and to carry.

use super::{Paint, ornament};

pub(super) fn shirt(p: &Paint) -> String {
    let Paint { main, light, dark, .. } = p;
    let ornament = ornament(p, (146, 170, 108, 100));
    format!(
        r##"<path d="M150 78l-76 40 26 66 34-16v152h132V168l34 16 26-66-76-40q-50 44-100 0z" fill="{main}"/>{ornament}
<path d="M150 78q50 44 100 0l-12-6q-38 30-76 0z" fill="{dark}"/><path d="M134 168v-26M266 168v-26" stroke="{dark}" stroke-width="4"/>
<path d="M92 126l18 44M308 126l-18 44" stroke="{light}" stroke-width="6" stroke-linecap="round"/>"##
    )
}

pub(super) fn knit(p: &Paint) -> String {
    let Paint { main, light, dark, .. } = p;
    let ornament = ornament(p, (142, 160, 116, 96));
    format!(
        r##"<path d="M152 80l-62 28-38 176 40 12 38-128v152h140V168l38 128 40-12-38-176-62-28z" fill="{main}"/>{ornament}
<path d="M152 80q48 26 96 0l2-18q-50 20-100 0z" fill="{dark}"/><path d="M130 306h140v18H130z" fill="{dark}"/>
<path d="M54 276l40 12M346 276l-40 12" stroke="{dark}" stroke-width="14"/>
<path d="M146 290v14M166 290v14M186 290v14M206 290v14M226 290v14M246 290v14" stroke="{light}" stroke-width="4"/>"##
    )
}

pub(super) fn beanie(p: &Paint) -> String {
    let Paint {
        main,
        light,
        dark,
        accent,
        ..
    } = p;
    format!(
        r##"<circle cx="200" cy="92" r="32" fill="{accent}"/><path d="M96 262a104 160 0 0 1 208 0z" fill="{main}"/>
<path d="M130 250q6-90 40-130M200 250V116M270 250q-6-90-40-130" fill="none" stroke="{dark}" stroke-width="5"/>
<rect x="84" y="248" width="232" height="62" rx="22" fill="{light}"/><path d="M112 254v50M142 254v50M172 254v50M202 254v50M232 254v50M262 254v50M290 254v50" stroke="{dark}" stroke-width="4" opacity=".6"/>"##
    )
}

pub(super) fn hat(p: &Paint) -> String {
    let Paint {
        main,
        light,
        dark,
        accent,
        ..
    } = p;
    format!(
        r##"<ellipse cx="200" cy="270" rx="150" ry="44" fill="{dark}"/><ellipse cx="200" cy="262" rx="150" ry="42" fill="{main}"/>
<path d="M112 258q4-128 88-128t88 128q-88 30-176 0z" fill="{light}"/><path d="M112 258q2-22 6-38 82 26 164 0 4 16 6 38-88 30-176 0z" fill="{accent}"/>"##
    )
}

pub(super) fn scarf(p: &Paint) -> String {
    let Paint {
        main,
        light,
        dark,
        accent,
        ..
    } = p;
    format!(
        r##"<path d="M122 120q78 60 156 0l14 46q-92 66-184 0z" fill="{main}"/><path d="M132 122a68 44 0 0 1 136 0q-68 44-136 0z" fill="{dark}"/>
<path d="M224 170l64 6 14 136h-72z" fill="{dark}"/><path d="M176 176l58 2-14 140h-72z" fill="{main}"/>
<path d="M168 232h60M164 254h62M160 276h62" stroke="{accent}" stroke-width="7"/>
<path d="M154 318v16M172 318v16M190 318v16M208 318v16M240 312v16M258 312v16M276 312v16M294 312v16" stroke="{light}" stroke-width="5" stroke-linecap="round"/>"##
    )
}

pub(super) fn socks(p: &Paint) -> String {
    let Paint {
        main,
        light,
        dark,
        accent,
        number,
    } = p;
    let band = 96 + number % 3 * 16;
    format!(
        r##"<g transform="translate(56 -6) rotate(8 200 200)"><path d="M140 70h70v150l64 58q16 20-6 34-18 12-44 4l-84-66z" fill="{dark}"/></g>
<path d="M110 76h74v156l66 56q18 20-6 36-20 12-46 2l-88-66z" fill="{main}"/><path d="M110 76h74v22h-74z" fill="{accent}"/>
<path d="M110 {band}h74" stroke="{accent}" stroke-width="8"/><path d="M110 {second}h74" stroke="{light}" stroke-width="8"/>
<path d="M214 258q-20 20-10 66 26 8 40 0 24-16 6-36z" fill="{light}"/>"##,
        second = band + 34,
    )
}

pub(super) fn backpack(p: &Paint) -> String {
    let Paint {
        main,
        light,
        dark,
        accent,
        ..
    } = p;
    format!(
        r##"<path d="M164 84v-20a36 30 0 0 1 72 0v20" fill="none" stroke="{dark}" stroke-width="11"/>
<path d="M96 180q-24 60-4 130M304 180q24 60 4 130" fill="none" stroke="{dark}" stroke-width="15" stroke-linecap="round"/>
<path d="M104 160q0-82 96-82t96 82v136a28 28 0 0 1-28 28H132a28 28 0 0 1-28-28z" fill="{main}"/>
<path d="M104 166q96 60 192 0v-8q0-80-96-80t-96 80z" fill="{light}"/><rect x="132" y="226" width="136" height="80" rx="16" fill="{dark}"/>
<path d="M146 246h108" stroke="{accent}" stroke-width="6"/><path d="M164 150v64M236 150v64" stroke="{accent}" stroke-width="12" stroke-linecap="round"/>"##
    )
}

pub(super) fn tote(p: &Paint) -> String {
    let Paint { main, light, dark, .. } = p;
    let ornament = ornament(p, (130, 190, 140, 100));
    format!(
        r##"<path d="M146 156V92a54 54 0 0 1 108 0v64" fill="none" stroke="{dark}" stroke-width="12"/>
<path d="M92 146h216l16 170q0 10-10 10H86q-10 0-10-10z" fill="{main}"/>{ornament}
<path d="M92 146h216l2 16H90z" fill="{dark}"/><path d="M102 180l-10 120" stroke="{light}" stroke-width="8" stroke-linecap="round" opacity=".7"/>"##
    )
}

pub(super) fn suitcase(p: &Paint) -> String {
    let Paint {
        main,
        light,
        dark,
        accent,
        ..
    } = p;
    format!(
        r##"<path d="M168 112V44h64v68" fill="none" stroke="{dark}" stroke-width="10"/><circle cx="136" cy="324" r="12" fill="#22242c"/><circle cx="264" cy="324" r="12" fill="#22242c"/>
<rect x="106" y="108" width="188" height="212" rx="26" fill="{main}"/><path d="M146 116v196M200 116v196M254 116v196" stroke="{dark}" stroke-width="5"/>
<path d="M124 136v150" stroke="{light}" stroke-width="8" stroke-linecap="round"/><rect x="180" y="96" width="40" height="20" rx="6" fill="{accent}"/>"##
    )
}
