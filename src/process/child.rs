//! A running program in a process group of its own, and the certain end of it.

use std::io::{ErrorKind, Read};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::error::{ProcessError, Stderr};
use super::{Limits, Program};
use crate::cancel::Cancel;

/// Bytes of standard error that are kept, and the lines of them that are shown.
const TAIL: usize = 8192;
const SHOWN_LINES: usize = 20;
/// How long a program that has been killed, or its children, may keep a pipe open before the pipe is given up.
const GRACE: Duration = Duration::from_millis(500);

/// The program while it runs. Dropped, it is killed with everything in its group.
pub(super) struct Running {
    pub line: String,
    child: Child,
    stderr: Arc<Mutex<Vec<u8>>>,
    listener: Option<JoinHandle<()>>,
    deadline: Option<Instant>,
    limits: Limits,
    cancel: Cancel,
    ended: bool,
}

/// The ends of its pipes.
pub(super) struct Pipes {
    pub stdin: ChildStdin,
    pub stdout: ChildStdout,
}

impl Running {
    pub fn start(program: &Program, limits: Limits, cancel: &Cancel) -> Result<(Running, Pipes), ProcessError> {
        let line = program.line();
        let mut command = Command::new(program.executable());
        command.args(program.words.iter().skip(1));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        if let Some(folder) = program.folder.as_ref().filter(|f| !f.as_os_str().is_empty()) {
            command.current_dir(folder);
        }
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn().map_err(|e| ProcessError::CannotStart {
            program: line.clone(),
            reason: reason(&e),
            missing: e.kind() == ErrorKind::NotFound,
        })?;
        let stderr = Arc::new(Mutex::new(Vec::new()));
        let listener = child.stderr.take().map(|pipe| listen(pipe, stderr.clone()));
        let pipes = child.stdin.take().zip(child.stdout.take());
        let cancel = cancel.clone();
        let mut running = Running { line, child, stderr, listener, deadline: None, limits, cancel, ended: false };
        running.restart_clock();
        match pipes {
            Some((stdin, stdout)) => Ok((running, Pipes { stdin, stdout })),
            None => Err(ProcessError::Pipe { program: running.line.clone(), reason: "it has no pipes".into() }),
        }
    }

    /// Gives the program its full time again.
    pub fn restart_clock(&mut self) {
        // a limit beyond what a clock can hold is none
        self.deadline =
            Duration::try_from_secs_f64(self.limits.seconds).ok().and_then(|limit| Instant::now().checked_add(limit));
    }

    /// Fails when the time is over or the caller was told to stop.
    pub fn check(&mut self) -> Result<(), ProcessError> {
        if self.cancel.is_set() {
            return Err(ProcessError::Stopped);
        }
        if self.deadline.is_some_and(|end| Instant::now() >= end) {
            return Err(self.timed_out());
        }
        Ok(())
    }

    /// The next moment to look around: soon, and not after the deadline.
    pub fn tick(&self) -> Duration {
        const TICK: Duration = Duration::from_millis(20);
        match self.deadline {
            Some(end) => end.saturating_duration_since(Instant::now()).min(TICK),
            None => TICK,
        }
    }

    /// Waits for the end within the time limit, then ends what is left of its group.
    pub fn wait(&mut self) -> Result<ExitStatus, ProcessError> {
        let mut pause = Duration::from_micros(100);
        while !self.has_ended() {
            self.check()?;
            std::thread::sleep(pause.min(self.tick()));
            pause = (pause * 2).min(Duration::from_millis(20));
        }
        self.kill();
        let status = self.child.wait().map_err(|e| self.pipe(&e))?;
        self.ended = true;
        Ok(status)
    }

    /// Whether it has ended, without collecting it: as long as it is not collected its number cannot be given to another
    /// process, and killing its group is safe.
    pub fn has_ended(&mut self) -> bool {
        #[cfg(unix)]
        {
            use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
            let Some(pid) = Pid::from_raw(self.child.id() as i32) else { return true };
            let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
            !matches!(waitid(WaitId::Pid(pid), options), Ok(None))
        }
        #[cfg(not(unix))]
        {
            !matches!(self.child.try_wait(), Ok(None))
        }
    }

    /// Kills the whole group; harmless where it has ended.
    pub fn kill(&mut self) {
        if self.ended {
            return;
        }
        #[cfg(unix)]
        if let Some(group) = rustix::process::Pid::from_raw(self.child.id() as i32) {
            // fails where nothing is left
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        let _ = self.child.kill();
    }

    /// What it said last on standard error. To be called when it has ended.
    pub fn stderr(&mut self) -> Stderr {
        if let Some(listener) = self.listener.take() {
            // a child that left the group may hold the pipe for ever
            let end = Instant::now() + GRACE;
            while !listener.is_finished() && Instant::now() < end {
                std::thread::sleep(Duration::from_millis(1));
            }
        }
        let bytes = self.stderr.lock().map(|tail| tail.clone()).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let lines: Vec<&str> = text.trim_end().lines().collect();
        let from = lines.len().saturating_sub(SHOWN_LINES);
        Stderr(lines[from..].join("\n"))
    }

    /// The error of a program that ended; `None` if it ended well.
    pub fn failure(&mut self, status: ExitStatus) -> Option<ProcessError> {
        if status.success() {
            return None;
        }
        Some(ProcessError::Died { program: self.line.clone(), how: how(status), stderr: self.stderr() })
    }

    pub fn timed_out(&mut self) -> ProcessError {
        self.kill();
        ProcessError::TimedOut { program: self.line.clone(), seconds: self.limits.seconds, stderr: self.stderr() }
    }

    pub fn too_much(&mut self) -> ProcessError {
        self.kill();
        let bytes = self.limits.output_bytes;
        ProcessError::TooMuchOutput { program: self.line.clone(), bytes, stderr: self.stderr() }
    }

    pub fn silent(&mut self) -> ProcessError {
        ProcessError::Silent { program: self.line.clone(), stderr: self.stderr() }
    }

    pub fn pipe(&self, e: &std::io::Error) -> ProcessError {
        ProcessError::Pipe { program: self.line.clone(), reason: reason(e) }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.ended {
            self.kill();
            // killed: this does not wait for long, and leaves no zombie
            let _ = self.child.wait();
        }
    }
}

/// Reads standard error to its end and keeps the last of it.
fn listen(mut pipe: ChildStderr, tail: Arc<Mutex<Vec<u8>>>) -> JoinHandle<()> {
    std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        loop {
            let n = match pipe.read(&mut buffer) {
                Ok(0) => return,
                Ok(n) => n,
                Err(e) if e.kind() == ErrorKind::Interrupted => continue,
                Err(_) => return,
            };
            let Ok(mut tail) = tail.lock() else { return };
            tail.extend_from_slice(&buffer[..n]);
            if tail.len() > 2 * TAIL {
                let cut = tail.len() - TAIL;
                tail.drain(..cut);
            }
        }
    })
}

/// How it ended, in words.
fn how(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        let name = match signal {
            1 => " (SIGHUP)",
            2 => " (SIGINT)",
            4 => " (SIGILL)",
            6 => " (SIGABRT)",
            8 => " (SIGFPE)",
            9 => " (SIGKILL)",
            11 => " (SIGSEGV)",
            13 => " (SIGPIPE)",
            15 => " (SIGTERM)",
            _ => "",
        };
        return format!("was ended by signal {signal}{name}");
    }
    match status.code() {
        Some(code) => format!("ended with exit status {code}"),
        None => "ended without a status".into(),
    }
}

/// The system's words without its number.
pub(super) fn reason(e: &std::io::Error) -> String {
    let text = e.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| first.to_lowercase().chain(chars).collect())
}
