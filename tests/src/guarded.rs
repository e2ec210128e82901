// SPDX-License-Identifier: MPL-2.0
//! A camera as installers find them: with a password, with sound, with B-frames, perhaps encrypted.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A running camera; it ends with the value.
pub struct Guarded {
    child: Child,
    address: String,
}

impl Guarded {
    /// Starts it; its user is anna. With `identity` (PEM, certificate and key) it is encrypted.
    pub fn start(test: &str, password: &str, identity: Option<&Path>) -> Option<Self> {
        const SCRIPT: &str = r#"
import sys, gi
gi.require_version("Gst", "1.0"); gi.require_version("GstRtspServer", "1.0")
from gi.repository import Gio, GLib, Gst, GstRtspServer as R
Gst.init(None)
server = R.RTSPServer(); server.set_address("127.0.0.1"); server.set_service("0")
auth = R.RTSPAuth(); token = R.RTSPToken(); token.set_string("media.factory.role", "user")
if len(sys.argv) > 2:
    auth.set_tls_certificate(Gio.TlsCertificate.new_from_file(sys.argv[2]))
auth.add_basic(R.RTSPAuth.make_basic("anna", sys.argv[1]), token); server.set_auth(auth)
factory = R.RTSPMediaFactory(); permissions = R.RTSPPermissions()
for name in ("media.factory.access", "media.factory.construct"):
    permissions.add_permission_for_role("user", name, True)
factory.set_permissions(permissions); factory.set_shared(True)
factory.set_launch("( videotestsrc is-live=true ! video/x-raw,width=320,height=240,framerate=10/1 ! x264enc bframes=2 b-adapt=false key-int-max=12 threads=1 ! video/x-h264,profile=main ! h264parse ! rtph264pay name=pay0 pt=96 config-interval=1 audiotestsrc is-live=true ! alawenc ! rtppcmapay name=pay1 pt=8 )")
server.get_mount_points().add_factory("/camera", factory)
server.attach(None)
print(server.get_bound_port(), flush=True)
GLib.MainLoop().run()
"#;
        let mut command = Command::new("/usr/bin/python3");
        let child = command.args(["-c", SCRIPT, password]).args(identity).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut child = child.ok()?;
        let mut port = String::new();
        BufReader::new(child.stdout.take()?).read_line(&mut port).ok()?;
        let camera = Self { child, address: format!("127.0.0.1:{}/camera", port.trim()) };
        if port.trim().is_empty() {
            eprintln!("skipped: {test}: gst-rtsp-server is not installed");
            return None;
        }
        Some(camera)
    }

    /// Its address without the scheme.
    pub fn address(&self) -> &str {
        &self.address
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
