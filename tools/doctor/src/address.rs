// SPDX-License-Identifier: MPL-2.0
//! A camera's address, taken apart so that what is shown of it never holds a password.

use std::path::PathBuf;

use footfall_redact::{HIDDEN, Redactor, Secret};
use percent_encoding::percent_decode_str;

const RTSP_PORT: u16 = 554;
const RTSPS_PORT: u16 = 322;

/// What may stand before a password within a path or query, as some cameras want it.
const SECRET_KEYS: [&str; 7] = ["password", "passwd", "pass", "pwd", "token", "auth", "key"];

/// An address that can not be; the sentence never repeats it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("--camera: {0}; write rtsp://HOST[:PORT]/PATH, rtsps://HOST[:PORT]/PATH or the path of a film")]
pub struct BadAddress(pub &'static str);

/// A user's name and password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// The user's name.
    pub user: String,
    /// The password.
    pub password: Secret,
}

/// A camera by RTSP.
#[derive(Clone)]
pub struct Camera {
    /// Encrypted.
    pub tls: bool,
    /// Name or IP address, without brackets.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// The address without the user's part, as rtspsrc takes it. It may hold a password in its path: show [`Camera::shown`].
    pub location: String,
    /// What may be shown.
    pub shown: String,
    /// The login that stood in the address.
    pub login: Option<Login>,
}

/// Where pictures come from.
#[derive(Clone)]
pub enum Source {
    /// A camera.
    Camera(Camera),
    /// A film.
    File(PathBuf),
}

impl Source {
    /// Reads an address or a path; what is secret in it is added to `secrets`, also when it can not be read.
    ///
    /// # Errors
    /// When it is neither.
    pub fn parse(text: &str, secrets: &mut Redactor) -> Result<Self, BadAddress> {
        let Some((scheme, rest)) = text.split_once("://") else { return Ok(Self::File(text.into())) };
        hide(rest, secrets);
        let tls = match scheme.to_ascii_lowercase().as_str() {
            "rtsp" => false,
            "rtsps" => true,
            _ => return Err(BadAddress("the address begins with neither rtsp:// nor rtsps://")),
        };
        let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        if path.contains('@') && !authority.contains('@') {
            return Err(BadAddress("an @ stands behind a /; write a / within a password as %2F, or use --camera-user"));
        }
        let (user, host_port) = authority.rsplit_once('@').map_or((None, authority), |(u, h)| (Some(u), h));
        let (host, port) = split_port(host_port)?;
        let port = port.unwrap_or(if tls { RTSPS_PORT } else { RTSP_PORT });
        let login = user.map(login);
        if let Some(login) = &login {
            secrets.add_login(&login.user, login.password.expose());
        }
        let bracketed = if host.contains(':') { format!("[{host}]") } else { host.clone() };
        let scheme = if tls { "rtsps" } else { "rtsp" };
        let head = format!("{scheme}://{bracketed}:{port}");
        let shown = format!("{head}{}", if secret_in(path).is_some() { format!("/{HIDDEN}") } else { path.to_owned() });
        Ok(Self::Camera(Camera { tls, host, port, location: format!("{head}{path}"), shown, login }))
    }

    /// What may be shown of it.
    pub fn shown(&self) -> String {
        match self {
            Self::Camera(camera) => camera.shown.clone(),
            Self::File(path) => path.display().to_string(),
        }
    }
}

/// Whatever might be a password in an address that may be of any shape.
fn hide(rest: &str, secrets: &mut Redactor) {
    if let Some((user, _)) = rest.rsplit_once('@') {
        let both = login(user);
        if user.contains(':') {
            secrets.add_login(&both.user, both.password.expose());
        }
        secrets.add(user);
    }
    if let Some(value) = secret_in(rest) {
        secrets.add(value);
        // Some firmwares end it with an underscore.
        if let Some((short, _)) = value.split_once('_') {
            secrets.add(short);
        }
    }
}

/// The value behind a word such as `password=` in a path or query.
fn secret_in(path: &str) -> Option<&str> {
    let lower = path.to_ascii_lowercase();
    let start = SECRET_KEYS.iter().filter_map(|key| lower.find(&format!("{key}=")).map(|at| at + key.len() + 1)).min()?;
    let value = path.get(start..)?.split(['&', '/', '#']).next()?;
    (!value.is_empty()).then_some(value)
}

fn login(user: &str) -> Login {
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let (user, password) = user.split_once(':').unwrap_or((user, ""));
    Login { user: decoded(user), password: Secret::from(decoded(password)) }
}

/// Host without brackets, and port.
fn split_port(text: &str) -> Result<(String, Option<u16>), BadAddress> {
    let no_host = BadAddress("the address names no host");
    let (host, port) = match text.strip_prefix('[') {
        Some(inner) => {
            let (host, rest) = inner.split_once(']').ok_or(BadAddress("a ] is missing"))?;
            host.parse::<std::net::Ipv6Addr>().map_err(|_| BadAddress("what stands in [ ] is no IPv6 address"))?;
            (host, rest.strip_prefix(':'))
        }
        None => text.split_once(':').map_or((text, None), |(h, p)| (h, Some(p))),
    };
    let plain = |c: char| c.is_alphanumeric() || ".-_:%".contains(c);
    if host.is_empty() || !host.chars().all(plain) {
        return Err(no_host);
    }
    let port =
        port.map(|p| p.parse().ok().filter(|p| *p > 0).ok_or(BadAddress("the port is no number of 1 to 65535"))).transpose()?;
    Ok((host.to_owned(), port))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn camera(text: &str) -> Camera {
        match Source::parse(text, &mut Redactor::default()) {
            Ok(Source::Camera(camera)) => camera,
            Ok(Source::File(_)) => panic!("a file"),
            Err(e) => panic!("{e}"),
        }
    }

    #[test]
    fn addresses_are_taken_apart() {
        let plain = camera("rtsp://camera.local/stream?channel=1");
        assert_eq!((plain.host.as_str(), plain.port, plain.tls), ("camera.local", 554, false));
        assert_eq!(plain.shown, "rtsp://camera.local:554/stream?channel=1");
        assert_eq!(plain.location, plain.shown);
        let full = camera("rtsps://anna:p%40ss@[fe80::1]:8554/a");
        assert_eq!((full.host.as_str(), full.port, full.tls), ("fe80::1", 8554, true));
        assert_eq!(full.location, "rtsps://[fe80::1]:8554/a");
        let login = full.login.unwrap();
        assert_eq!((login.user.as_str(), login.password.expose()), ("anna", "p@ss"));
        assert_eq!(camera("rtsps://h").port, 322);
        assert!(matches!(Source::parse("/a/film.mp4", &mut Redactor::default()), Ok(Source::File(_))));
    }

    #[test]
    fn what_can_not_be_is_refused_and_never_repeated() {
        for (text, words) in [
            ("http://anna:geheim@h/", "neither rtsp://"),
            ("rtsp://anna:geheim@/", "no host"),
            ("rtsp://anna:geheim@h:x/", "no number"),
            ("rtsp://anna:ge/heim@h/", "%2F"),
            ("rtsp://[nonsense]/", "IPv6"),
        ] {
            let mut secrets = Redactor::default();
            let sentence = Source::parse(text, &mut secrets).err().unwrap().to_string();
            assert!(sentence.contains(words), "{text}: {sentence}");
            assert!(!sentence.contains("geheim") && !sentence.contains("heim@"), "{sentence}");
            assert!(!secrets.redact(text).contains("heim"), "{}", secrets.redact(text));
        }
    }

    #[test]
    fn a_password_in_the_path_is_not_shown() {
        for path in ["user=admin_password=tlJwpbo6_channel=1", "live?user=a&pwd=tlJwpbo6&channel=1", "x?Token=tlJwpbo6"] {
            let mut secrets = Redactor::default();
            let Ok(Source::Camera(camera)) = Source::parse(&format!("rtsp://h/{path}"), &mut secrets) else { panic!() };
            assert_eq!(camera.shown, "rtsp://h:554/***");
            assert!(camera.location.contains("tlJwpbo6"));
            assert!(!secrets.redact(&camera.location).contains("tlJwpbo6"));
        }
    }

    proptest! {
        #[test]
        fn no_password_is_ever_shown(password in "[a-zA-Z0-9!$%&'()*+,;=:@_~.-]{4,20}", tail in "[a-z0-9/]{0,8}") {
            let mut secrets = Redactor::default();
            let text = format!("rtsp://anna:{password}@10.0.0.7/{tail}");
            let shown = match Source::parse(&text, &mut secrets) {
                Ok(source) => source.shown(),
                Err(bad) => bad.to_string(),
            };
            prop_assume!(!"rtsp://10.0.0.7:554/".contains(&password) && !tail.contains(&password));
            prop_assert!(!shown.contains(&password), "{}", shown);
            prop_assert!(!secrets.redact(&text).contains(&password), "{}", secrets.redact(&text));
        }
    }
}
