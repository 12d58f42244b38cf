//! A program that keeps running: lines in, lines out.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::process::{ChildStdin, ChildStdout};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};

use super::child::Running;
use super::{Limits, ProcessError, Program};
use crate::cancel::Cancel;

/// What the reading thread says.
enum Heard {
    Line(String),
    TooMuch,
    End,
    Failed(std::io::Error),
}

/// A program that answers line by line. Dropped, it is killed with its children; [`Conversation::close`] lets it end by itself.
pub struct Conversation {
    // written to by the sending thread: a program that does not read must not keep us from seeing the time limit
    send: Option<SyncSender<Vec<u8>>>,
    heard: Receiver<Heard>,
    running: Running,
}

impl std::fmt::Debug for Conversation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Conversation").field("program", &self.running.line).finish_non_exhaustive()
    }
}

impl Conversation {
    /// Starts the program. `limits` hold for each line.
    pub fn open(program: &Program, limits: Limits, cancel: &Cancel) -> Result<Conversation, ProcessError> {
        let (running, pipes) = Running::start(program, limits, cancel)?;
        let (send, to_send) = sync_channel(4);
        let (say, heard) = sync_channel(1024);
        std::thread::spawn(move || write(pipes.stdin, &to_send));
        let limit = limits.output_bytes;
        std::thread::spawn(move || read(pipes.stdout, limit, &say));
        Ok(Conversation { send: Some(send), heard, running })
    }

    /// Hands text to the program, newlines included, at once. That it has gone is told by [`Conversation::line`].
    pub fn say(&mut self, text: &[u8]) -> Result<(), ProcessError> {
        use std::sync::mpsc::TrySendError;
        self.running.restart_clock();
        let mut text = text.to_vec();
        loop {
            let Some(send) = &self.send else { return Ok(()) };
            match send.try_send(text) {
                Ok(()) | Err(TrySendError::Disconnected(_)) => return Ok(()),
                Err(TrySendError::Full(back)) => text = back,
            }
            self.running.check()?;
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
    }

    /// The next line of its output, without its end.
    pub fn line(&mut self) -> Result<String, ProcessError> {
        loop {
            match self.heard.recv_timeout(self.running.tick()) {
                Ok(Heard::Line(line)) => return Ok(line),
                Ok(Heard::TooMuch) => return Err(self.running.too_much()),
                Ok(Heard::Failed(e)) => return Err(self.running.pipe(&e)),
                Ok(Heard::End) | Err(RecvTimeoutError::Disconnected) => {
                    let status = self.running.wait()?;
                    let failure = self.running.failure(status);
                    return Err(failure.unwrap_or_else(|| self.running.silent()));
                }
                Err(RecvTimeoutError::Timeout) => self.running.check()?,
            }
        }
    }

    /// Says a line and takes the answer.
    pub fn ask(&mut self, line: &[u8]) -> Result<String, ProcessError> {
        self.say(line)?;
        self.line()
    }

    /// Tells the program that nothing more comes, and waits for its end. An unfriendly status is an error.
    pub fn close(mut self) -> Result<(), ProcessError> {
        self.running.restart_clock();
        self.send = None;
        loop {
            match self.heard.recv_timeout(self.running.tick()) {
                Ok(Heard::End | Heard::Failed(_)) | Err(RecvTimeoutError::Disconnected) => break,
                Ok(Heard::TooMuch) => return Err(self.running.too_much()),
                Ok(Heard::Line(_)) => {}
                Err(RecvTimeoutError::Timeout) => {
                    if self.running.has_ended() {
                        break;
                    }
                    self.running.check()?;
                }
            }
        }
        let status = self.running.wait()?;
        self.running.failure(status).map_or(Ok(()), Err)
    }
}

fn write(mut stdin: ChildStdin, to_send: &Receiver<Vec<u8>>) {
    while let Ok(text) = to_send.recv() {
        if stdin.write_all(&text).and_then(|()| stdin.flush()).is_err() {
            return;
        }
    }
}

fn read(stdout: ChildStdout, limit: u64, say: &SyncSender<Heard>) {
    let mut reader = BufReader::new(stdout);
    loop {
        let mut line = Vec::new();
        let heard = match reader.by_ref().take(limit.saturating_add(1)).read_until(b'\n', &mut line) {
            Ok(0) => Heard::End,
            Ok(_) if line.len() as u64 > limit => Heard::TooMuch,
            Ok(_) => {
                while line.last().is_some_and(|b| matches!(b, b'\n' | b'\r')) {
                    line.pop();
                }
                Heard::Line(String::from_utf8_lossy(&line).into_owned())
            }
            Err(e) if e.kind() == ErrorKind::Interrupted => continue,
            Err(e) => Heard::Failed(e),
        };
        let last = !matches!(heard, Heard::Line(_));
        if say.send(heard).is_err() || last {
            return;
        }
    }
}
