// SPDX-License-Identifier: MPL-2.0
//! A network between a client and a server on loopback that can be slow, that can be cut, and that can change what it carries.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use crate::broker::pause;

/// Both ends of a connection.
struct Pair {
    client: TcpStream,
    server: TcpStream,
}

/// What changes the bytes of one connection on their way from the server; it may hold some back for the next call.
type Change = Box<dyn FnMut(&mut Vec<u8>) + Send>;

/// How the network carries what the server says.
struct Way {
    /// The first answer on each connection takes so long.
    answer_takes: Duration,
    change: Box<dyn Fn() -> Change + Send>,
}

/// The network; it ends with the value.
pub struct Relay {
    port: u16,
    made: Receiver<Pair>,
    /// Connections of which the server has not heard that they are over.
    half_open: Vec<Pair>,
    over: Arc<AtomicBool>,
}

impl Relay {
    /// From a free port to this one; the server's first answer on each connection takes so long.
    pub fn start(to: u16, answer_takes: Duration) -> Self {
        Self::over(to, Way { answer_takes, change: Box::new(|| Box::new(|_| {})) })
    }

    /// From a free port to this one; `change` makes what changes the server's bytes on a connection.
    pub fn changing<F: FnMut(&mut Vec<u8>) + Send + 'static>(to: u16, change: impl Fn() -> F + Send + 'static) -> Self {
        Self::over(to, Way { answer_takes: Duration::ZERO, change: Box::new(move || Box::new(change())) })
    }

    fn over(to: u16, way: Way) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        let port = listener.local_addr().expect("it listens").port();
        let (send, made) = channel();
        let over = Arc::new(AtomicBool::new(false));
        let of_thread = Arc::clone(&over);
        std::thread::spawn(move || accept(&listener, to, &way, &send, &of_thread));
        Self { port, made, half_open: Vec::new(), over }
    }

    /// Where clients connect.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Cuts what is connected, for both sides; new connections go through. Returns how many there were.
    pub fn cut(&mut self) -> usize {
        let pairs: Vec<Pair> = self.made.try_iter().chain(self.half_open.drain(..)).collect();
        for Pair { client, server } in &pairs {
            let _ = client.shutdown(Shutdown::Both);
            let _ = server.shutdown(Shutdown::Both);
        }
        pairs.len()
    }

    /// Cuts it for the clients alone: the server takes them for connected. Returns how many there were.
    pub fn cut_unnoticed_by_the_server(&mut self) -> usize {
        let before = self.half_open.len();
        self.half_open.extend(self.made.try_iter());
        for Pair { client, .. } in &self.half_open[before..] {
            let _ = client.shutdown(Shutdown::Both);
        }
        self.half_open.len() - before
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        // So that it looks.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
        self.cut();
    }
}

fn accept(listener: &TcpListener, to: u16, way: &Way, made: &Sender<Pair>, over: &AtomicBool) {
    while let Ok((client, _)) = listener.accept() {
        if over.load(Ordering::Relaxed) {
            return;
        }
        let Ok(server) = TcpStream::connect(("127.0.0.1", to)) else { continue };
        let (Ok(c), Ok(s), Ok(c2), Ok(s2)) = (client.try_clone(), server.try_clone(), client.try_clone(), server.try_clone())
        else {
            continue;
        };
        std::thread::spawn(move || pump(c, s, Duration::ZERO, Box::new(|_| {})));
        let (answer_takes, change) = (way.answer_takes, (way.change)());
        std::thread::spawn(move || {
            let client = c2.try_clone();
            pump(s2, c2, answer_takes, change);
            // The server has closed, and the client is to know.
            let _ = client.map(|client| client.shutdown(Shutdown::Both));
        });
        if made.send(Pair { client, server }).is_err() {
            return;
        }
    }
}

/// Carries bytes until one side ends; the other side is left as it is.
fn pump(mut from: TcpStream, mut to: TcpStream, first_takes: Duration, mut change: Change) {
    let mut bytes = [0; 4096];
    let mut wait = first_takes;
    while let Ok(n) = from.read(&mut bytes) {
        pause(std::mem::take(&mut wait));
        let mut carried = bytes[..n].to_vec();
        change(&mut carried);
        if n == 0 || to.write_all(&carried).is_err() {
            return;
        }
    }
}
