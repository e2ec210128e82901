// SPDX-License-Identifier: MPL-2.0
//! A camera's clock that is set while it films: the sender reports on an RTSP connection are changed on their way
//! (RFC 2326 section 10.12, interleaved data; RFC 3550 section 6.4.1, NTP timestamp).

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

/// RTCP's number of a sender report.
const SENDER_REPORT: u8 = 200;

/// A camera's clock, as its reports tell it.
#[derive(Clone, Default)]
pub struct CameraClock {
    off_s: Arc<AtomicI64>,
    reports: Arc<AtomicU64>,
}

impl CameraClock {
    /// From now on its reports are off by so many seconds.
    pub fn set_off(&self, seconds: i64) {
        self.off_s.store(seconds, Ordering::Relaxed);
    }

    /// Sender reports that came by.
    pub fn reports(&self) -> u64 {
        self.reports.load(Ordering::Relaxed)
    }

    /// What changes the bytes of one connection on their way from the camera.
    pub fn connection(&self) -> impl FnMut(&mut Vec<u8>) + Send + use<> {
        let (clock, mut waiting) = (self.clone(), Vec::new());
        move |bytes| {
            waiting.append(bytes);
            while let Some(length) = whole_message(&waiting) {
                let rest = waiting.split_off(length);
                let mut message = std::mem::replace(&mut waiting, rest);
                clock.change(&mut message);
                bytes.append(&mut message);
            }
        }
    }

    /// Changes a message if it holds a sender report: a compound packet begins with it.
    fn change(&self, message: &mut [u8]) {
        let [b'$', channel, _, _, _, SENDER_REPORT, rest @ ..] = message else { return };
        // Of each pair of channels the second carries RTCP. Behind the packet's length and the sender's name stand the seconds.
        if let (1, Some(seconds)) = (*channel % 2, rest.get_mut(6..10)) {
            self.reports.fetch_add(1, Ordering::Relaxed);
            let ntp_s = u32::from_be_bytes([seconds[0], seconds[1], seconds[2], seconds[3]]);
            let off = self.off_s.load(Ordering::Relaxed) as u32;
            seconds.copy_from_slice(&ntp_s.wrapping_add(off).to_be_bytes());
        }
    }
}

/// Length of the message that these bytes begin with, if it is whole.
fn whole_message(bytes: &[u8]) -> Option<usize> {
    let length = match bytes {
        [b'$', _, high, low, ..] => 4 + usize::from(u16::from_be_bytes([*high, *low])),
        [b'$', ..] | [] => return None,
        text => {
            let head = text.windows(4).position(|w| w == b"\r\n\r\n")? + 4;
            let words = String::from_utf8_lossy(&text[..head]).to_ascii_lowercase();
            let body = words.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
            head + body.unwrap_or(0)
        }
    };
    (bytes.len() >= length).then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An answer with a body, a frame, a sender report at 100 s, a frame.
    fn stream() -> Vec<u8> {
        let report = [0x80, SENDER_REPORT, 0, 6, 1, 2, 3, 4, 0, 0, 0, 100, 5, 5, 5, 5];
        let mut bytes = b"RTSP/1.0 200 OK\r\nContent-Length: 3\r\n\r\n$$$".to_vec();
        bytes.extend([b'$', 0, 0, 2, 0x80, SENDER_REPORT]);
        bytes.extend([b'$', 1, 0, report.len() as u8]);
        bytes.extend(report);
        bytes.extend([b'$', 0, 0, 1, 7]);
        bytes
    }

    #[test]
    fn reports_alone_are_changed_however_the_bytes_are_cut() {
        for off in [0i64, 3600, -50] {
            for cut in 1..stream().len() {
                let clock = CameraClock::default();
                clock.set_off(off);
                let mut connection = clock.connection();
                let mut passed = Vec::new();
                for piece in stream().chunks(cut) {
                    let mut piece = piece.to_vec();
                    connection(&mut piece);
                    passed.extend(piece);
                }
                let mut wanted = stream();
                let at = wanted.len() - 5 - 8;
                wanted[at..at + 4].copy_from_slice(&((100 + off) as u32).to_be_bytes());
                assert_eq!(passed, wanted, "{off} {cut}");
                assert_eq!(clock.reports(), 1);
            }
        }
    }
}
