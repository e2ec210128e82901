// SPDX-License-Identifier: MPL-2.0
//! The camera, or a film in its place.

use crate::check::{Check, Group};
use crate::measured::{Codec, Distrust, Failure, Observed};
use crate::timing::{self, Drift};

/// zonetracker's parameters hold from here up, pictures a second.
pub const LEAST_PER_S: f64 = 5.0;
/// The true rate may differ from the stated one by this share.
pub const RATE_OFF: f64 = 0.1;
/// This share of pictures may be missing.
pub const MISSING: f64 = 0.01;
/// The launch lines wait so long for late pictures (rtspsrc latency=200).
pub const LATENCY_S: f64 = 0.2;
/// A crystal is within 100 ppm; from here on a clock is out of order (17 s a day). Counts do not suffer: live wall time is
/// set anew after a second.
pub const DRIFT_PPM: f64 = 200.0;
/// A drift that is not known better than this is not known, ppm.
pub const SURE_PPM: f64 = 100.0;
/// The camera's wall clock may be off by this, seconds: `time-source=reference` would shift figures by it.
pub const CLOCK_OFF_S: f64 = 2.0;
/// A camera that has not sent an RTCP report after this sends none, seconds (they come about every five).
pub const RTCP_AFTER_S: f64 = 8.0;

const G: Group = Group::Camera;

/// Why a camera or film could not be opened.
pub fn failure(failure: &Failure, shown: &str, live: bool) -> Check {
    let (finding, check): (String, &str) = match failure {
        Failure::Certificate(distrust) => distrusted(distrust),
        Failure::NotAuthorized => (
            "401: it wants another user or password".into(),
            "user and password (--camera-user, --camera-password-location); some cameras want a user of their own for RTSP or ONVIF",
        ),
        Failure::NotFound if live => (
            "404: it is there and knows no such path".into(),
            "the path behind the port: each maker has its own, see the camera's page or manual (often /stream1, /live, /Streaming/Channels/101)",
        ),
        Failure::NotFound => ("there is no such file".into(), "the path; a camera's address begins with rtsp://"),
        Failure::NoTcp => (
            "461: it does not send over TCP".into(),
            "the camera's transport: switch RTP over RTSP (TCP, interleaved) on; by UDP pictures get lost",
        ),
        Failure::Tls(words) => (
            format!("the encrypted connection failed ({words})"),
            "does the camera speak TLS on this port (rtsps is usually 322)? GStreamer needs the package glib-networking",
        ),
        Failure::Silent(seconds) => (
            format!("it accepts the connection and then says nothing for {seconds} s"),
            "does the camera hang? switch it off and on. Has it as many viewers as it takes? is this its RTSP port?",
        ),
        Failure::NoVideo => ("there are no pictures in it".into(), "the path: is it the sound's alone?"),
        Failure::Codec(name) => (
            format!("it sends {name}, which no launch line takes"),
            "the camera's codec: choose H.264 (or H.265, or MJPEG), without any \"smart\" or \"plus\" coding",
        ),
        Failure::Missing(element) => {
            (format!("the element {element} is not installed"), "the line elements above; pipelines/setup installs them")
        }
        Failure::Undecodable => {
            ("pictures come, and none can be decoded".into(), "the camera's codec and profile: choose H.264, main profile, 8 bit")
        }
        Failure::Other(words) => (
            words.clone(),
            "is this its RTSP port (usually 554)? does it want rtsps:// instead? does another player (ffplay, VLC) show it?",
        ),
    };
    let tried = if live { format!("{shown} by rtspsrc over TCP, as the launch lines do") } else { format!("{shown} was read") };
    Check::failed(G, "opened", finding, tried, check)
}

/// Why its certificate was refused.
fn distrusted(distrust: &Distrust) -> (String, &'static str) {
    match distrust {
        Distrust::Authority(None) => (
            "no authority of this system signed its certificate".into(),
            "give the authority's certificate, or the camera's own if it signed itself, with --camera-ca-location FILE, or add it to the system's (update-ca-certificates)",
        ),
        Distrust::Authority(Some(path)) => (
            format!("its certificate is not signed by {}", path.display()),
            "is this the certificate of the authority that signed the camera's, or the camera's own if it signed itself? a camera that was reset makes a new one",
        ),
        Distrust::Name(host) => (
            format!("its certificate is not made out to {host}"),
            "write the name or address that stands in the certificate into --camera, or have the certificate made out to this one",
        ),
        Distrust::Expired => {
            ("its certificate has expired".into(), "let the camera make or get a new one; is this machine's clock right?")
        }
        Distrust::NotYet => {
            ("its certificate does not hold yet".into(), "the clocks of this machine and of the one that made the certificate")
        }
        Distrust::Other(words) => (
            format!("its certificate is refused ({words})"),
            "let the camera make a new certificate (2048 bits RSA or more, or ECDSA, by SHA-256)",
        ),
    }
}

/// All checks of a camera that was watched.
pub fn checks(seen: &Observed, shown: &str) -> Vec<Check> {
    let media: Vec<f64> = seen.arrivals.iter().map(|a| a.media_s).collect();
    let mut checks = vec![opened(seen, shown), codec(seen), picture(seen), rate(seen, &media), b_frames(seen, &media)];
    if seen.live {
        checks.extend([jitter(seen), drift(timing::drift(&seen.arrivals)), clock(seen)]);
    } else {
        checks.extend(["jitter", "drift", "clock"].map(|name| Check::not_tried(G, name, "a film has no clock of its own")));
    }
    checks.push(sound(seen));
    checks
}

fn opened(seen: &Observed, shown: &str) -> Check {
    let how = if seen.live { "RTSP, RTP over TCP" } else { "a film" };
    let words = format!("{shown} ({how}), watched for {:.1} s", seen.watched_s);
    match &seen.ended {
        None => Check::ok(G, "opened", words),
        Some(why) => Check::failed(
            G,
            "opened",
            format!("{words}; then {why}"),
            "the stream was to go on",
            "does the camera restart, or drop its viewers? is the network steady? is it a recording with an end?",
        ),
    }
}

fn codec(seen: &Observed) -> Check {
    let profile = seen.profile.as_deref().map(|p| format!(", {p}")).unwrap_or_default();
    let words = format!("{}{profile}", seen.codec.word());
    if seen.complaints > 0 {
        let finding = format!("{words}; the decoder complained {} times", seen.complaints);
        return Check::warning(G, "codec", finding, "damaged pictures: the network, or a \"smart\" coding of the camera");
    }
    Check::ok(G, "codec", words)
}

fn picture(seen: &Observed) -> Check {
    let p = &seen.picture;
    let words = format!("{}x{}, {}", p.width, p.height, p.format);
    let check = if p.interlaced {
        Check::failed(
            G,
            "picture",
            format!("{words}, interlaced"),
            "pictures were decoded",
            "persondetector takes progressive pictures only: set the camera so, or put deinterlace behind the decoder",
        )
    } else {
        Check::ok(G, "picture", words)
    };
    check.figure("width", p.width).figure("height", p.height)
}

fn rate(seen: &Observed, media: &[f64]) -> Check {
    let stated = seen.stated_rate.filter(|r| *r > 0.0);
    let told = stated.map_or("none stated".to_owned(), |r| format!("{r:.1} stated"));
    let Some(rate) = timing::rate(media) else {
        return Check::failed(
            G,
            "rate",
            format!("only {} pictures in {:.1} s, too few for a rate", media.len(), seen.watched_s),
            "time stamps of pictures were read",
            "the camera's frame rate: set 10 or more a second",
        );
    };
    let words =
        format!("{:.2} pictures a second ({told}), {} of {} missing", rate.per_s, rate.missing, rate.frames + rate.missing);
    let off = stated.filter(|s| (rate.per_s - s).abs() > RATE_OFF * s);
    let warning = |check: String| Check::warning(G, "rate", words.clone(), check);
    let check = if rate.per_s < LEAST_PER_S {
        warning(format!("under {LEAST_PER_S} a second people are lost between two pictures: set 10 or more in the camera"))
    } else if rate.missing as f64 > MISSING * rate.frames as f64 {
        warning(
            "pictures are lost on the way, or the camera can not keep its rate: the network; bit rate and shutter of the camera"
                .into(),
        )
    } else if off.is_some() {
        warning("the camera does not send what it states: a slow shutter in the dark halves the rate".into())
    } else {
        Check::ok(G, "rate", words.clone())
    };
    check
        .figure("per_s", rate.per_s)
        .figure("stated_per_s", seen.stated_rate.map_or(serde_json::Value::Null, Into::into))
        .figure("missing", rate.missing)
}

fn b_frames(seen: &Observed, media: &[f64]) -> Check {
    let count = timing::reordered(media);
    let words = if count == 0 {
        "none: pictures come in their order".to_owned()
    } else {
        format!("{count} of {} pictures come out of their order", media.len())
    };
    let check = if count == 0 || !seen.live {
        Check::ok(G, "b-frames", words)
    } else {
        Check::warning(
            G,
            "b-frames",
            words,
            "switch B-frames off in the camera (H.264 baseline profile has none); else rtspsrc needs buffer-mode=synced, or time stamps repeat",
        )
    };
    check.figure("reordered", count)
}

fn jitter(seen: &Observed) -> Check {
    let Some(late) = timing::lateness(&seen.arrivals) else {
        return Check::warning(G, "jitter", "too short to say", "watch longer: --seconds 10 or more");
    };
    let ms = |s: f64| s * 1e3;
    let words = format!(
        "pictures come up to {:.0} ms late (19 of 20 within {:.0} ms, half within {:.0} ms)",
        ms(late.most_s),
        ms(late.p95_s),
        ms(late.median_s)
    );
    let check = if late.p95_s > LATENCY_S {
        Check::warning(
            G,
            "jitter",
            words,
            format!(
                "the launch lines wait {:.0} ms (rtspsrc latency=200): raise it, or use a cable instead of radio",
                ms(LATENCY_S)
            ),
        )
    } else {
        Check::ok(G, "jitter", words)
    };
    check.figure("p95_ms", ms(late.p95_s)).figure("most_ms", ms(late.most_s))
}

fn drift(found: Option<Drift>) -> Check {
    let Some(d) = found else {
        return Check::ok(G, "drift", "too short to say; --seconds 60 or more tells it");
    };
    let measured = format!("{:+.0} ppm, sure within {:.0}, over {:.0} s", d.ppm, d.uncertainty_ppm, d.over_s);
    let check = if d.uncertainty_ppm > SURE_PPM && d.ppm.abs() - d.uncertainty_ppm <= DRIFT_PPM {
        Check::ok(G, "drift", format!("too short to say ({measured}); --seconds 60 or more tells it"))
    } else if d.ppm.abs() - d.uncertainty_ppm > DRIFT_PPM {
        let words = format!("the camera's stream clock runs {measured}: {:.0} s a day", d.ppm.abs() * 0.0864);
        Check::warning(
            G,
            "drift",
            words,
            "counts follow this machine's clock, not the camera's; but a camera like that may be ill: is its firmware current?",
        )
    } else {
        Check::ok(G, "drift", format!("the camera's stream clock keeps time ({measured})"))
    };
    check.figure("ppm", d.ppm).figure("uncertainty_ppm", d.uncertainty_ppm).figure("over_s", d.over_s)
}

fn clock(seen: &Observed) -> Check {
    let reports = match seen.rtcp_after_s {
        Some(after) => format!("RTCP reports come (the first after {after:.1} s)"),
        None if seen.watched_s < RTCP_AFTER_S => {
            return Check::ok(
                G,
                "clock",
                format!("too short to say whether RTCP reports come; --seconds {RTCP_AFTER_S} or more tells it"),
            );
        }
        None => {
            return Check::warning(
                G,
                "clock",
                "no RTCP reports come, so that the camera's own time is not known",
                "counts use this machine's clock; only time-source=reference needs them",
            );
        }
    };
    let Some(offset) = seen.ntp_offset_s else {
        return Check::ok(G, "clock", format!("{reports}, without the camera's own time"));
    };
    let words = format!("{reports}; the camera's time is {offset:+.2} s off this machine's");
    let check = if offset.abs() > CLOCK_OFF_S {
        Check::warning(
            G,
            "clock",
            words,
            "set NTP in the camera (and on this machine); only time-source=reference uses that time",
        )
    } else {
        Check::ok(G, "clock", words)
    };
    check.figure("offset_s", offset)
}

fn sound(seen: &Observed) -> Check {
    let tracks = seen.sound.join(", ");
    match (seen.sound.is_empty(), seen.live) {
        (true, _) => Check::ok(G, "sound", "none"),
        (false, false) => Check::ok(G, "sound", format!("{tracks}; it is left alone")),
        (false, true) => Check::warning(
            G,
            "sound",
            format!("it sends sound: {tracks}"),
            "sound is not needed and may not be recorded: switch it off in the camera",
        ),
    }
}

/// The pictures a second of a camera that was watched, if they are known.
pub fn per_s(seen: &Observed) -> Option<f64> {
    let media: Vec<f64> = seen.arrivals.iter().map(|a| a.media_s).collect();
    timing::rate(&media).map(|rate| rate.per_s)
}

/// Is it of a codec for which there is a launch line?
pub fn is_taken(codec: &Codec) -> bool {
    !matches!(codec, Codec::Other(_))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measured::Picture;
    use crate::timing::Arrival;

    fn seen(per_s: f64, seconds: f64) -> Observed {
        let arrivals = (0..(per_s * seconds) as usize)
            .map(|i| Arrival { media_s: i as f64 / per_s, at_s: 7.0 + i as f64 / per_s })
            .collect();
        Observed {
            live: true,
            codec: Codec::H264,
            profile: None,
            stated_rate: Some(per_s),
            sound: vec![],
            picture: Picture { width: 640, height: 480, format: "I420".into(), interlaced: false },
            arrivals,
            decoded: 100,
            complaints: 0,
            rtcp_after_s: Some(3.0),
            ntp_offset_s: Some(0.1),
            watched_s: seconds,
            ended: None,
        }
    }

    fn word(seen: &Observed, name: &str) -> &'static str {
        checks(seen, "rtsp://h:554/").into_iter().find(|c| c.name == name).unwrap().outcome.word()
    }

    #[test]
    fn a_good_camera_is_well() {
        let found = checks(&seen(25.0, 20.0), "rtsp://h:554/");
        assert!(found.iter().all(|c| c.outcome.word() == "ok"), "{found:#?}");
    }

    #[test]
    fn rates_from_both_sides() {
        assert_eq!(word(&seen(5.0, 20.0), "rate"), "ok");
        assert_eq!(word(&seen(4.9, 20.0), "rate"), "warning");
        assert_eq!(word(&seen(25.0, 0.1), "rate"), "failed");
        for (stated, expected) in [(22.8, "ok"), (22.7, "warning"), (27.7, "ok"), (27.8, "warning")] {
            assert_eq!(word(&Observed { stated_rate: Some(stated), ..seen(25.0, 20.0) }, "rate"), expected, "{stated}");
        }
        for (lost, expected) in [(4, "ok"), (6, "warning")] {
            let mut holed = seen(25.0, 20.0);
            holed.arrivals.drain(100..100 + lost);
            assert_eq!(word(&holed, "rate"), expected, "{lost}");
        }
    }

    #[test]
    fn jitter_from_both_sides() {
        for (late_s, expected) in [(LATENCY_S - 0.01, "ok"), (LATENCY_S + 0.01, "warning")] {
            let mut shaky = seen(25.0, 20.0);
            shaky.arrivals.iter_mut().step_by(10).for_each(|a| a.at_s += late_s);
            assert_eq!(word(&shaky, "jitter"), expected);
        }
        assert_eq!(word(&seen(5.0, 1.5), "jitter"), "warning");
    }

    #[test]
    fn drift_from_both_sides_and_too_short() {
        let d = |ppm, uncertainty_ppm| drift(Some(Drift { ppm, uncertainty_ppm, over_s: 60.0 }));
        assert!(d(DRIFT_PPM + 19.0, 20.0).finding.contains("keeps time"));
        assert_eq!(d(-DRIFT_PPM - 21.0, 20.0).outcome.word(), "warning");
        assert!(d(0.0, SURE_PPM + 1.0).finding.contains("too short to say"));
        assert!(d(0.0, SURE_PPM).finding.contains("keeps time"));
        assert_eq!(d(5000.0, 300.0).outcome.word(), "warning", "what is that far off is seen at once");
        assert!(drift(None).finding.contains("too short to say"));
    }

    #[test]
    fn the_clock_from_both_sides() {
        let s = || seen(25.0, 20.0);
        assert_eq!(word(&Observed { ntp_offset_s: Some(-CLOCK_OFF_S), ..s() }, "clock"), "ok");
        assert_eq!(word(&Observed { ntp_offset_s: Some(-CLOCK_OFF_S - 0.01), ..s() }, "clock"), "warning");
        assert_eq!(word(&Observed { rtcp_after_s: None, watched_s: RTCP_AFTER_S, ..s() }, "clock"), "warning");
        assert_eq!(word(&Observed { rtcp_after_s: None, watched_s: RTCP_AFTER_S - 0.1, ..s() }, "clock"), "ok");
    }

    #[test]
    fn what_a_camera_should_not_do() {
        let s = || seen(25.0, 20.0);
        assert_eq!(word(&Observed { sound: vec!["AAC".into()], ..s() }, "sound"), "warning");
        assert_eq!(word(&Observed { complaints: 1, ..s() }, "codec"), "warning");
        assert_eq!(word(&Observed { ended: Some("it ended".into()), ..s() }, "opened"), "failed");
        let interlaced = Picture { interlaced: true, ..s().picture };
        assert_eq!(word(&Observed { picture: interlaced, ..s() }, "picture"), "failed");
        let mut swapped = s();
        swapped.arrivals.swap(20, 21);
        assert_eq!(word(&swapped, "b-frames"), "warning");
        swapped.live = false;
        assert_eq!(word(&swapped, "b-frames"), "ok", "a film may have them");
    }

    #[test]
    fn each_failure_says_what_to_check() {
        for (why, words) in [
            (Failure::NotAuthorized, "--camera-password-location"),
            (Failure::NotFound, "path"),
            (Failure::NoTcp, "TCP"),
            (Failure::Tls("x".into()), "glib-networking"),
            (Failure::Certificate(Distrust::Authority(None)), "--camera-ca-location"),
            (Failure::Certificate(Distrust::Authority(Some("/etc/ca.pem".into()))), "not signed by /etc/ca.pem"),
            (Failure::Certificate(Distrust::Name("door".into())), "not made out to door"),
            (Failure::Certificate(Distrust::Expired), "has expired"),
            (Failure::Certificate(Distrust::NotYet), "clocks"),
            (Failure::Certificate(Distrust::Other("INSECURE".into())), "INSECURE"),
            (Failure::Silent(5), "off and on"),
            (Failure::Codec("VP8".into()), "H.264"),
            (Failure::Missing("avdec_h264".into()), "pipelines/setup"),
        ] {
            let check = failure(&why, "rtsp://h:554/", true);
            let text = crate::report::lines(&check, None);
            assert!(check.is_failed() && text.contains(words), "{text}");
        }
    }
}
