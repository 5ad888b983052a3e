//! Things of the living room.

use super::{Paint, ornament};

pub(super) fn lamp(p: &Paint) -> String {
    let Paint {
        main,
        light,
        dark,
        number,
        ..
    } = p;
    let (narrow, wide) = (146 + number % 4 * 8, 96 - number % 3 * 8);
    format!(
        r##"<path d="M{narrow} 92L{wide} 206h{shade}L{right} 92z" fill="{main}"/><path d="M110 206l-30 112h240l-30-112z" fill="#ffe9a8" opacity=".35"/>
<path d="M200 206v106" stroke="{dark}" stroke-width="11"/><ellipse cx="200" cy="318" rx="58" ry="12" fill="{dark}"/>
<path d="M{narrow} 98l-32 98" stroke="{light}" stroke-width="8" stroke-linecap="round" opacity=".7"/><path d="M232 206v34" stroke="{light}" stroke-width="3"/><circle cx="232" cy="244" r="5" fill="{light}"/>"##,
        shade = 400 - 2 * wide,
        right = 400 - narrow,
    )
}

pub(super) fn pendant(p: &Paint) -> String {
    let Paint {
        main,
        light,
        dark,
        accent,
        number,
    } = p;
    let drop = 60 + number % 4 * 14;
    let (rim, end) = (drop + 110, drop + 112);
    format!(
        r##"<path d="M200 0v{drop}" stroke="{dark}" stroke-width="5"/><path d="M92 {end}L40 318h320l-52-206z" fill="#ffe9a8" opacity=".28"/>
<path d="M90 {rim}a110 104 0 0 1 220 0z" fill="{main}"/><rect x="184" y="{neck}" width="32" height="24" rx="6" fill="{accent}"/>
<ellipse cx="200" cy="{rim}" rx="110" ry="15" fill="{dark}"/><ellipse cx="200" cy="{rim}" rx="38" ry="9" fill="#fff3cf"/>
<path d="M116 {high}a90 80 0 0 1 40-52" fill="none" stroke="{light}" stroke-width="8" stroke-linecap="round"/>"##,
        neck = drop - 10,
        high = drop + 86,
    )
}

pub(super) fn chair(p: &Paint) -> String {
    let Paint {
        main,
        light,
        dark,
        number,
        ..
    } = p;
    let back = match number % 3 {
        0 => format!(r#"<path d="M136 70q64-22 128 0v54q-64-16-128 0z" fill="{main}"/>"#),
        1 => format!(
            r#"<path d="M140 64v140M170 60v140M200 58v140M230 60v140M260 64v140" stroke="{main}" stroke-width="9"/>"#
        ),
        _ => format!(r#"<rect x="134" y="60" width="132" height="128" rx="40" fill="{main}"/>"#),
    };
    format!(
        r##"<path d="M136 64l-8 262M264 64l8 262" stroke="{dark}" stroke-width="12" stroke-linecap="round"/>{back}
<path d="M112 206h176l14 34H98z" fill="{main}"/><path d="M98 240h204v12H98z" fill="{dark}"/>
<path d="M108 252l-8 74M292 252l8 74" stroke="{dark}" stroke-width="13" stroke-linecap="round"/><path d="M126 216h116" stroke="{light}" stroke-width="6" stroke-linecap="round"/>"##
    )
}

pub(super) fn stool(p: &Paint) -> String {
    let Paint { main, light, dark, .. } = p;
    format!(
        r##"<path d="M150 176l-36 150M250 176l36 150M200 176v146" stroke="{dark}" stroke-width="13" stroke-linecap="round"/><path d="M128 272h144" stroke="{dark}" stroke-width="8"/>
<path d="M96 160h208v10a104 28 0 0 1-208 0z" fill="{dark}"/><ellipse cx="200" cy="158" rx="104" ry="28" fill="{main}"/>
<path d="M130 152a80 16 0 0 1 80-12" fill="none" stroke="{light}" stroke-width="6" stroke-linecap="round"/>"##
    )
}

pub(super) fn table(p: &Paint) -> String {
    let Paint {
        main,
        light,
        dark,
        accent,
        ..
    } = p;
    format!(
        r##"<path d="M92 206l-18 122M308 206l18 122M130 206l10 108M270 206l-10 108" stroke="{dark}" stroke-width="13" stroke-linecap="round"/>
<path d="M72 178h256l30 30H42z" fill="{light}"/><path d="M42 208h316v16H42z" fill="{main}"/>
<path d="M182 178l6-58h24l6 58z" fill="{accent}"/><path d="M200 120q-22-22-16-50M200 120q20-26 22-44M200 120V62" fill="none" stroke="#5d8a55" stroke-width="6" stroke-linecap="round"/>"##
    )
}

pub(super) fn shelf(p: &Paint) -> String {
    let Paint {
        main,
        light,
        dark,
        accent,
        ..
    } = p;
    format!(
        r##"<path d="M92 52v276M308 52v276" stroke="{dark}" stroke-width="12" stroke-linecap="round"/>
<path d="M86 96h228v12H86zM86 190h228v12H86zM86 284h228v12H86z" fill="{main}"/>
<path d="M110 56h16v40h-16zM130 48h14v48h-14zM148 60h18v36h-18z" fill="{accent}"/><path d="M236 96l6-36h36l6 36z" fill="{light}"/>
<circle cx="148" cy="168" r="22" fill="{light}"/><path d="M216 142h16v48h-16zM236 150h18v40h-18zM258 138h12v52h-12z" fill="{dark}"/>
<path d="M124 250h80v34h-80z" fill="{accent}" opacity=".8"/><path d="M240 284v-30a18 18 0 0 1 36 0v30z" fill="{light}"/>"##
    )
}

pub(super) fn cushion(p: &Paint) -> String {
    let Paint { main, light, dark, .. } = p;
    let ornament = ornament(p, (120, 140, 160, 140));
    format!(
        r##"<path d="M84 108q116 22 232 0 18 106 0 214-116-22-232 0-18-106 0-214z" fill="{main}"/>{ornament}
<path d="M84 108q116 22 232 0 18 106 0 214-116-22-232 0-18-106 0-214z" fill="none" stroke="{dark}" stroke-width="6"/>
<path d="M104 134q-8 70 0 150" fill="none" stroke="{light}" stroke-width="9" stroke-linecap="round" opacity=".7"/>"##
    )
}

pub(super) fn blanket(p: &Paint) -> String {
    let Paint { main, light, dark, .. } = p;
    let ornament = ornament(p, (100, 150, 200, 90));
    format!(
        r##"<rect x="80" y="120" width="240" height="70" rx="30" fill="{light}"/><rect x="72" y="140" width="256" height="120" rx="26" fill="{main}"/>{ornament}
<rect x="72" y="252" width="256" height="66" rx="22" fill="{dark}"/><path d="M84 318v16M112 318v16M140 318v16M168 318v16M196 318v16M224 318v16M252 318v16M280 318v16M308 318v16" stroke="{light}" stroke-width="5" stroke-linecap="round"/>"##
    )
}

pub(super) fn vase(p: &Paint) -> String {
    let Paint {
        main,
        light,
        dark,
        accent,
        number,
    } = p;
    let belly = 56 + number % 4 * 12;
    let ornament = ornament(p, (156, 226, 88, 70));
    format!(
        r##"<path d="M200 176q-26-60-62-92M200 176q4-70 10-116M200 176q30-50 66-70" fill="none" stroke="#5d8a55" stroke-width="5"/>
<circle cx="136" cy="82" r="17" fill="{accent}"/><circle cx="211" cy="58" r="20" fill="{accent}"/><circle cx="268" cy="104" r="15" fill="{accent}"/>
<path d="M172 160h56v24q{belly} 40 22 120-6 20-28 20h-44q-22 0-28-20-{belly}-80 22-120z" fill="{main}"/>{ornament}
<ellipse cx="200" cy="160" rx="28" ry="7" fill="{dark}"/><path d="M164 214q-16 30-6 74" fill="none" stroke="{light}" stroke-width="8" stroke-linecap="round" opacity=".7"/>"##
    )
}

pub(super) fn candle(p: &Paint) -> String {
    let Paint {
        main,
        light,
        dark,
        accent,
        number,
    } = p;
    let top = 150 + number % 4 * 12;
    format!(
        r##"<path d="M200 {wick}v26" stroke="#22242c" stroke-width="4"/><path d="M200 {flame}q26 34 0 56-26-22 0-56z" fill="#f2b33d"/>
<rect x="132" y="{top}" width="136" height="{height}" rx="14" fill="{main}"/><ellipse cx="200" cy="{top}" rx="68" ry="14" fill="{light}"/>
<rect x="156" y="238" width="88" height="50" rx="4" fill="#fbf8f1"/><path d="M170 256h60M178 270h44" stroke="{accent}" stroke-width="5"/><path d="M132 310h136" stroke="{dark}" stroke-width="6"/>"##,
        wick = top - 22,
        flame = top - 72,
        height = 326 - top,
    )
}

pub(super) fn clock(p: &Paint) -> String {
    let Paint {
        main,
        light,
        dark,
        accent,
        number,
    } = p;
    let (hour, minute) = (number * 30 % 360, number * 66 % 360);
    format!(
        r##"<circle cx="200" cy="196" r="128" fill="{dark}"/><circle cx="200" cy="190" r="126" fill="{main}"/><circle cx="200" cy="190" r="104" fill="#fbf8f1"/>
<path d="M200 96v16M200 268v16M106 190h16M278 190h16" stroke="{dark}" stroke-width="7" stroke-linecap="round"/>
<path d="M200 190v-52" stroke="{dark}" stroke-width="9" stroke-linecap="round" transform="rotate({hour} 200 190)"/><path d="M200 190v-78" stroke="{dark}" stroke-width="6" stroke-linecap="round" transform="rotate({minute} 200 190)"/>
<circle cx="200" cy="190" r="9" fill="{accent}"/><path d="M96 160a112 112 0 0 1 60-72" fill="none" stroke="{light}" stroke-width="8" stroke-linecap="round"/>"##
    )
}
