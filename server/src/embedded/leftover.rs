//! Services that outlived the process that started them.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::process::{Ending, signal};

/// A running process that was started as `program` with `argument` among its arguments.
pub(super) struct Leftover<'a> {
    pid: u32,
    program: &'a str,
    argument: &'a Path,
}

impl<'a> Leftover<'a> {
    /// The process `pid`, if it runs and is what a pid file once meant: after a restart of the machine its number may belong to anything.
    pub(super) fn find(pid: u32, program: &'a str, argument: &'a Path) -> Option<Self> {
        let found = Self {
            pid,
            program,
            argument,
        };
        found.runs().then_some(found)
    }

    /// Ends it in good order and returns whether it is gone.
    pub(super) async fn end(&self, ending: Ending) -> bool {
        tracing::warn!(
            program = self.program,
            pid = self.pid,
            "stopping a service that an earlier Landfall process left running"
        );
        for &(name, limit) in ending {
            signal(self.pid, name);
            let deadline = Instant::now() + limit;
            while Instant::now() < deadline {
                if !self.runs() {
                    return true;
                }
                sleep(Duration::from_millis(50)).await;
            }
        }
        !self.runs()
    }

    fn runs(&self) -> bool {
        let own = |command: &[u8]| {
            let mut words = command
                .split(|&byte| byte == 0)
                .map(|word| Path::new(OsStr::from_bytes(word)));
            words.next().and_then(Path::file_name) == Some(OsStr::new(self.program))
                && words.any(|word| word == self.argument)
        };
        if Path::new("/proc/self/cmdline").exists() {
            return fs::read(format!("/proc/{}/cmdline", self.pid))
                .is_ok_and(|command| own(&command));
        }
        // Elsewhere `ps` shows the command as one line.
        Command::new("ps")
            .args(["-ww", "-o", "args=", "-p", &self.pid.to_string()])
            .output()
            .is_ok_and(|output| {
                let line = String::from_utf8_lossy(&output.stdout);
                line.contains(self.program) && line.contains(&*self.argument.to_string_lossy())
            })
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader};
    use std::path::Path;
    use std::process::{Command, Stdio};

    use super::Leftover;

    #[test]
    fn a_process_is_recognised_by_program_and_argument() {
        // It ends by itself when its standard input is closed, which a failing test does too.
        let mut child = Command::new("sh")
            .args(["-c", "echo ready; read -r line", "sh", "/the/folder"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("sh runs");
        let pid = child.id();
        let check = |program: &str, argument: &str, expected: bool| {
            let found = Leftover::find(pid, program, Path::new(argument));
            assert_eq!(found.is_some(), expected, "{program} {argument}");
        };
        // A process that has only just been started shows no arguments for a moment.
        let mut output = BufReader::new(child.stdout.take().expect("it is piped"));
        output
            .read_line(&mut String::new())
            .expect("it says that it is ready");
        check("sh", "/the/folder", true);
        check("sh", "/the/fold", false);
        check("postgres", "/the/folder", false);
        drop(child.stdin.take());
        child.wait().expect("it is a child");
        check("sh", "/the/folder", false);
    }
}
