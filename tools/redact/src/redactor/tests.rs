// SPDX-License-Identifier: MPL-2.0

use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::prelude::*;

use super::*;

fn redactor(secrets: &[&str]) -> Redactor {
    secrets.iter().map(|text| Secret::from((*text).to_owned())).collect::<Vec<_>>().iter().collect()
}

/// A redactor that knows who the password belongs to.
fn of_anna(password: &str) -> Redactor {
    let mut redactor = Redactor::default();
    redactor.add_login("anna", password);
    redactor
}

#[test]
fn every_form_goes() {
    let redactor = redactor(&["p@ss w\"rd!ä"]);
    for text in [
        "user-pw=p@ss w\"rd!ä.",
        "rtsp://u:p%40ss%20w%22rd%21%C3%A4@cam",
        "rtsp://u:p%40ss%20w%22rd!%c3%a4@cam",
        "rtsp://u:p@ss%20w\"rd!%c3%a4@cam",
        "(string)\"p\\@ss\\ w\\\"rd\\!\\303\\244\"",
        "(structure)\"x\\,\\ p\\=\\(string\\)\\\"p\\\\\\@ss\\\\\\ w\\\\\\\"rd\\\\\\!\\\\303\\\\244\\\"\"",
        "\"p@ss w\\\"rd!\\303\\244\"",
        "{\"pw\":\"p@ss w\\\"rd!\\u00e4\"}",
    ] {
        let clean = redactor.redact(text);
        assert!(clean.contains(HIDDEN) && !clean.contains("rd") && !clean.contains("ss"), "{text}: {clean}");
    }
}

#[test]
fn every_form_of_a_login_goes() {
    let redactor = of_anna("p@ss/w\"rd 1");
    for form in
        ["p@ss/w\"rd 1", "p%40ss%2Fw%22rd%201", "p@ss/w\\\"rd 1", &BASE64.encode(b"anna:p@ss/w\"rd 1"), "anna:p@ss/w\"rd 1"]
    {
        assert_eq!(redactor.redact(&format!("before {form} after")), "before *** after", "{form}");
    }
}

#[test]
fn base64_of_user_and_password_goes_with_all_its_letters() {
    let redactor = redactor(&["open sesame"]);
    // printf 'NAME:open sesame' | base64, for names of one, two and three letters.
    for text in ["YTpvcGVuIHNlc2FtZQ==", "YWI6b3BlbiBzZXNhbWU=", "YWJjOm9wZW4gc2VzYW1l"] {
        assert_eq!(redactor.redact(&format!("Basic {text}, realm")), "Basic ***, realm");
    }
    for short in ["ab", "abc", "abcd", "~~?"] {
        for coding in [BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD] {
            let text = format!("\"{}\"", coding.encode(format!("anna:{short}").as_bytes()));
            assert_eq!(of_anna(short).redact(&text).replace('=', ""), "\"***\"", "{text}");
            let text = format!("\"{}\"", coding.encode(short.as_bytes()));
            assert_eq!(of_anna(short).redact(&text).replace('=', ""), "\"***\"", "{text}");
        }
    }
}

#[test]
fn one_that_is_given_encoded_is_found_decoded() {
    assert_eq!(of_anna("caf%C3%A9-geheim").redact("café-geheim and caf%C3%A9-geheim"), "*** and ***");
}

#[test]
fn proofs_of_passwords_go_up_to_the_lines_end() {
    let none = Redactor::default();
    let clean = none.redact("key: 'Authorization', value: 'Digest response=\"ab\"'\nkey: 'CSeq'").into_owned();
    assert_eq!(clean, "key: 'Authorization***\nkey: 'CSeq'");
    assert_eq!(none.redact("proxy-AUTHORIZATION:x"), "proxy-AUTHORIZATION***");
    for text in ["CSeq: 3", "authorization", "authorization\n"] {
        assert_eq!(none.redact(text), text);
    }
}

#[test]
fn what_holds_no_secret_is_left_as_it_is() {
    let text = "rtspsrc0: Failed to connect. Größe 3";
    assert!(matches!(redactor(&["hunter2"]).redact(text), Cow::Borrowed(t) if t == text));
    let text = "an empty password hides nothing";
    assert_eq!(redactor(&[""]).redact(text), text);
    assert_eq!(of_anna("").redact(text), text);
}

#[test]
fn overlapping_secrets_go_together() {
    assert_eq!(redactor(&["abc", "cde"]).redact("xabcdex"), "x***x");
    assert_eq!(redactor(&["aaa"]).redact("baaaab"), "b***b");
}

#[test]
fn short_ones_go_as_values_and_leave_the_others_whole() {
    assert_eq!(of_anna("ab").redact("cab ab about =ab& :ab@"), "cab *** about =***& :***@");
    assert_eq!(
        redactor(&["p"]).redact("rtspsrc pipeline pw=p, %3Ap%40 \\\"p\\\" p1"),
        "rtspsrc pipeline pw=***, %3A***%40 \\\"***\\\" p1"
    );
    // Punctuation is everywhere: a value alone stands so.
    assert_eq!(redactor(&["!"]).redact("a ! b user-pw=! pw=\"!\" x! u:%21@h"), "a ! b user-pw=*** pw=\"***\" x! u:***@h");
    assert_eq!(redactor(&[" "]).redact("a b, c user-pw=\" \" u:%20@h"), "a b, c user-pw=\"***\" u:***@h");
    assert_eq!(redactor(&["::"]).redact("gst::log :::@"), "gst::log :***@");
}

/// Ways to write a character; some are for some characters only, which else stand as they are.
fn written(c: char, way: usize) -> String {
    let of_bytes = |code: &dyn Fn(u8) -> String| c.encode_utf8(&mut [0; 4]).bytes().map(code).collect::<String>();
    match way {
        1 => of_bytes(&|b| format!("%{b:02X}")),
        2 => of_bytes(&|b| format!("%{b:02x}")),
        3 => of_bytes(&|b| format!("%25{b:02X}")),
        4 => format!("\\{c}"),
        5 => format!("\\\\\\{c}"),
        6 => of_bytes(&|b| format!("\\{b:03o}")),
        7 => of_bytes(&|b| format!("\\x{b:02x}")),
        8 => format!("\\u{{{:x}}}", u32::from(c)),
        9 => c.encode_utf16(&mut [0; 2]).iter().map(|u| format!("\\u{u:04x}")).collect(),
        10 if c == ' ' => "+".into(),
        _ => c.into(),
    }
}
const WAYS: usize = 11;

/// The form is in the text by itself, whatever was taken out.
fn stands_by_chance(text: &str, form: &str) -> bool {
    // A mark may complete what looks like a secret that holds asterisks.
    form.contains('*') || text.contains(form)
}

proptest! {
    #[test]
    fn every_mixture_of_writings_goes_and_nothing_else(
        characters in proptest::collection::vec(("[G-Zäöü€😀!$&/()?@\\\\%\"' ~]", 0..WAYS), 3..14),
        before in "[ghijk]{0,9}",
        after in "[ghijk]{0,9}",
    ) {
        let secret: String = characters.iter().map(|(c, _)| c.as_str()).collect();
        let form: String = characters.iter().flat_map(|(c, way)| c.chars().map(|c| written(c, *way))).collect();
        let clean = redactor(&[&secret]).redact(&format!("{before}{form}{after}")).into_owned();
        prop_assert_eq!(clean, format!("{before}***{after}"), "{} as {}", secret, form);
    }

    #[test]
    fn no_secret_is_left_whatever_stands_around_it(secret in "\\PC{3,20}", before in "\\PC{0,10}", after in "\\PC{0,10}") {
        let clean = redactor(&[&secret]).redact(&format!("{before}{secret}{after}")).into_owned();
        prop_assert!(!clean.contains(&secret) || stands_by_chance("", &secret), "{}", clean);
    }

    #[test]
    fn no_form_of_a_login_survives_among_several(
        password in "[!-)+-~äöü ]{3,24}",
        pieces in proptest::collection::vec("[ -)+-~\u{e4}\u{20ac}]{0,12}", 1..5),
    ) {
        let redactor = of_anna(&password);
        let encoded = utf8_percent_encode(&password, NON_ALPHANUMERIC).to_string();
        let inside = |quoted: String| quoted.get(1..quoted.len() - 1).unwrap().to_owned();
        let debug = inside(format!("{password:?}"));
        let json = inside(serde_json::Value::from(password.as_str()).to_string());
        let basic = BASE64.encode(format!("anna:{password}").as_bytes());
        for form in [&password, &encoded, &debug, &json, &basic] {
            let clean = redactor.redact(&pieces.join(form)).into_owned();
            prop_assert!(pieces.len() < 2 || !clean.contains(form), "{}: {}", form, clean);
            // Once more changes nothing: there is nothing left to take.
            prop_assert_eq!(redactor.redact(&clean).into_owned(), clean);
        }
    }

    #[test]
    fn in_base64_it_goes_with_all_that_is_encoded_with_it(
        secret in "\\PC{5,20}",
        before in proptest::collection::vec(any::<u8>(), 0..9),
        after in proptest::collection::vec(any::<u8>(), 0..9),
        percent in any::<bool>(),
    ) {
        let redactor = redactor(&[&secret]);
        let bytes = [&before[..], secret.as_bytes(), &after[..]].concat();
        for coding in [BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD] {
            let encoded = coding.encode(&bytes);
            let encoded = if percent { utf8_percent_encode(&encoded, NON_ALPHANUMERIC).to_string() } else { encoded };
            prop_assert_eq!(redactor.redact(&format!("<{encoded}>")).into_owned(), "<***>", "{}", encoded);
        }
    }

    #[test]
    fn short_ones_never_stay_as_values_nor_tear_words(secret in "[g-zG-Zäß]{1,2}", way in 0..WAYS) {
        let redactor = redactor(&[&secret]);
        let form: String = secret.chars().map(|c| written(c, way)).collect();
        for (open, close) in [("=", " "), ("=", ""), ("\"", "\""), (":", "@"), ("%3A", "%40"), ("\\\"", "\\\""), ("\\075", "\n"), ("(", ")")] {
            let clean = redactor.redact(&format!("{open}{form}{close}")).into_owned();
            prop_assert_eq!(clean, format!("{open}***{close}"), "{}", form);
        }
        let word = format!("1{secret}1 1{secret} {secret}1");
        prop_assert_eq!(redactor.redact(&word).into_owned(), word);
    }

    #[test]
    fn what_is_no_secret_stays(text in "[ -~]{0,40}") {
        let secrets = of_anna("\u{20ac}\u{20ac}\u{20ac}\u{20ac}");
        let others = text.contains("4oKs") || text.to_ascii_lowercase().contains("authorization");
        prop_assert!(others || secrets.redact(&text) == text);
    }
}
