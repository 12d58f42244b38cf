//! One input, one output: the program is started, fed while it is listened to, and has to end by itself.

use std::io::{BufWriter, ErrorKind, Read, Write};
use std::process::ChildStdout;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use super::child::Running;
use super::{Limits, ProcessError, Program};
use crate::cancel::Cancel;

/// Writes the input. It runs on a thread of its own, so that neither side waits for the other.
pub type Feed = Box<dyn FnOnce(&mut dyn Write) -> std::io::Result<()> + Send>;

/// What the reading thread says.
enum Heard {
    All(Vec<u8>),
    TooMuch,
    Failed(std::io::Error),
}

/// Runs `program` on what `feed` writes and returns its standard output.
///
/// A program that does not read all of its input is not blamed for that. Fails where it cannot be started, ends with a status
/// other than 0, takes too long or writes too much.
pub fn batch(program: &Program, feed: Feed, limits: Limits, cancel: &Cancel) -> Result<Vec<u8>, ProcessError> {
    let (mut running, pipes) = Running::start(program, limits, cancel)?;
    let stdin = pipes.stdin;
    // Not joined: it ends when the pipe does, and the pipe ends when the group is killed. Errors of the feed itself cannot
    // be: it writes from memory.
    std::thread::spawn(move || {
        let mut out = BufWriter::with_capacity(1 << 16, stdin);
        // the reader may have gone
        let _ = feed(&mut out).and_then(|()| out.flush());
    });
    let (say, heard) = channel();
    let limit = limits.output_bytes;
    std::thread::spawn(move || read(pipes.stdout, limit, &say));
    let output = hear(&mut running, &heard)?;
    let status = running.wait()?;
    match running.failure(status) {
        Some(error) => Err(error),
        None => Ok(output),
    }
}

/// Waits for the whole output. A program that has ended, whose children hold the pipe, gets a moment, then they are killed.
fn hear(running: &mut Running, heard: &Receiver<Heard>) -> Result<Vec<u8>, ProcessError> {
    const LINGER: Duration = Duration::from_millis(500);
    let mut ended: Option<Instant> = None;
    loop {
        match heard.recv_timeout(running.tick()) {
            Ok(Heard::All(bytes)) => return Ok(bytes),
            Ok(Heard::TooMuch) => return Err(running.too_much()),
            Ok(Heard::Failed(e)) => return Err(running.pipe(&e)),
            Err(RecvTimeoutError::Disconnected) => return Err(running.silent()),
            Err(RecvTimeoutError::Timeout) => {}
        }
        running.check()?;
        match ended {
            None if running.has_ended() => ended = Some(Instant::now()),
            Some(since) if since.elapsed() > LINGER => running.kill(),
            _ => {}
        }
    }
}

fn read(mut stdout: ChildStdout, limit: u64, say: &Sender<Heard>) {
    let mut bytes = Vec::new();
    let mut buffer = vec![0; 1 << 16];
    let heard = loop {
        match stdout.read(&mut buffer) {
            Ok(0) => break Heard::All(bytes),
            Ok(n) => bytes.extend_from_slice(&buffer[..n]),
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => break Heard::Failed(e),
        }
        if bytes.len() as u64 > limit {
            break Heard::TooMuch;
        }
    };
    // nobody listens any more where the caller has given up
    let _ = say.send(heard);
}
