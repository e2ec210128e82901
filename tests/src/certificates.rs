// SPDX-License-Identifier: MPL-2.0
//! Certificates that openssl makes for one test, good ones and bad ones.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// When a certificate holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// Now.
    Now,
    /// No longer.
    NoLonger,
    /// Not yet.
    NotYet,
}

impl Holds {
    /// Its first and last moment, as openssl writes them.
    fn span(self) -> (&'static str, &'static str) {
        match self {
            Self::Now => ("20200101000000Z", "20990101000000Z"),
            Self::NoLonger => ("20200101000000Z", "20210101000000Z"),
            Self::NotYet => ("20980101000000Z", "20990101000000Z"),
        }
    }
}

/// A certificate and its key, both PEM.
#[derive(Clone, Debug)]
pub struct Issued {
    /// The certificate.
    pub cert: PathBuf,
    /// Its key, which only the owner may read.
    pub key: PathBuf,
}

/// An authority that signs what the test wants.
pub struct Authority {
    dir: PathBuf,
    name: String,
}

const NEW_KEY: &str = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";

impl Authority {
    /// A new one, whose files lie in `dir`; `None` with a line that says what is skipped.
    pub fn new(test: &str, dir: &Path, name: &str) -> Option<Self> {
        if !Path::new("/usr/bin/openssl").exists() {
            eprintln!("skipped: {test}: openssl is not installed");
            return None;
        }
        let this = Self { dir: dir.to_owned(), name: name.to_owned() };
        this.openssl(&format!("req -x509 {NEW_KEY} -keyout {name}-ca.key -out {name}-ca.pem -days 3650 -subj /CN={name}"));
        let config = format!(
            "[ca]\ndefault_ca=it\n[it]\ndatabase={name}.index\nserial={name}.serial\nnew_certs_dir=.\ndefault_md=sha256\npolicy=any\n\
             unique_subject=no\n[any]\ncommonName=supplied\n"
        );
        this.write("cnf", &config);
        this.write("index", "");
        this.write("serial", "01\n");
        Some(this)
    }

    /// Its own certificate.
    pub fn cert(&self) -> PathBuf {
        self.dir.join(format!("{}-ca.pem", self.name))
    }

    /// A certificate for this name (of a host or a client).
    pub fn issue(&self, subject: &str, holds: Holds) -> Issued {
        let Self { dir, name } = self;
        let file = format!("{name}-{subject}-{holds:?}");
        let (from, to) = holds.span();
        self.write("ext", &format!("subjectAltName=DNS:{subject}\n"));
        self.openssl(&format!("req {NEW_KEY} -keyout {file}.key -out {file}.csr -subj /CN={subject}"));
        self.openssl(&format!(
            "ca -batch -config {name}.cnf -cert {name}-ca.pem -keyfile {name}-ca.key -in {file}.csr -out {file}.pem -notext \
             -startdate {from} -enddate {to} -extfile {name}.ext"
        ));
        Issued { cert: dir.join(format!("{file}.pem")), key: dir.join(format!("{file}.key")) }
    }

    fn write(&self, ending: &str, text: &str) {
        std::fs::write(self.dir.join(format!("{}.{ending}", self.name)), text).expect("the folder can be written");
    }

    fn openssl(&self, arguments: &str) {
        let mut command = Command::new("openssl");
        command.args(arguments.split_whitespace()).current_dir(&self.dir).stdout(Stdio::null());
        let done = command.output().expect("openssl starts");
        assert!(done.status.success(), "openssl {arguments}: {}", String::from_utf8_lossy(&done.stderr));
    }
}
