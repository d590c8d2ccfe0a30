//! Child processes: started by a thread that outlives them, watched, and ended within a limit.

use std::io;
use std::process::{ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, mpsc};
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::process::{Child, Command};
use tokio::runtime::Handle;
use tokio::sync::{oneshot, watch};
use tokio::time::timeout;

use super::log::Log;

/// How to end a service: signals in order, each with the time it is given before the next one.
pub(super) type Ending = &'static [(&'static str, Duration)];

/// A long-running child. Dropping it asks it to end without waiting for that.
pub(super) struct Service {
    name: &'static str,
    pid: u32,
    ending: Ending,
    exit: watch::Receiver<Option<ExitStatus>>,
    /// Whether an exit is news for the log: not while a start is being tried, and not once a stop has been asked for.
    expected_to_run: Arc<AtomicBool>,
}

impl Service {
    /// Starts `command` with its output going to `log`.
    ///
    /// # Errors
    /// When the program or its log cannot be opened.
    pub(super) async fn start(
        name: &'static str,
        mut command: Command,
        log: &Log,
        ending: Ending,
    ) -> io::Result<Self> {
        command
            .stdin(Stdio::null())
            .stdout(log.writer()?)
            .stderr(log.writer()?);
        let mut child = spawn(command).await?;
        let pid = child
            .id()
            .ok_or_else(|| io::Error::other("the process was gone at once"))?;
        let (report, exit) = watch::channel(None);
        let expected_to_run = Arc::new(AtomicBool::new(false));
        let (is_news, log) = (Arc::clone(&expected_to_run), log.clone());
        tokio::spawn(async move {
            if let Ok(status) = child.wait().await {
                report.send_replace(Some(status));
                if is_news.load(Ordering::Acquire) {
                    tracing::error!(service = name, %status, "an embedded service has ended by itself; its last lines were:\n{}", log.tail());
                }
            }
        });
        Ok(Self {
            name,
            pid,
            ending,
            exit,
            expected_to_run,
        })
    }

    /// The child's process id.
    pub(super) fn pid(&self) -> u32 {
        self.pid
    }

    /// Whether the child has ended.
    pub(super) fn has_ended(&self) -> bool {
        self.exit.borrow().is_some()
    }

    /// Says that the service is up: from now on its end is an error worth a line in the log.
    pub(super) fn is_up(&self) {
        self.expected_to_run.store(true, Ordering::Release);
    }

    /// Ends the child and waits until it is gone.
    pub(super) async fn stop(mut self) {
        self.expected_to_run.store(false, Ordering::Release);
        for &(name, limit) in self.ending {
            if self.has_ended() {
                return;
            }
            signal(self.pid, name);
            if timeout(limit, self.exit.wait_for(Option::is_some))
                .await
                .is_ok()
            {
                return;
            }
            tracing::warn!(
                service = self.name,
                signal = name,
                limit_seconds = limit.as_secs(),
                "an embedded service did not stop in time"
            );
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.expected_to_run.store(false, Ordering::Release);
        if !self.has_ended()
            && let Some((name, _)) = self.ending.first()
        {
            signal(self.pid, name);
        }
    }
}

/// Sends a signal by name. A process that is already gone is no error.
pub(super) fn signal(pid: u32, name: &str) {
    // The standard library can only send SIGKILL, and every shell has a `kill` of its own.
    let _ = std::process::Command::new("/bin/sh")
        .args([
            "-c",
            r#"kill -s "$1" "$2" 2>/dev/null"#,
            "sh",
            name,
            &pid.to_string(),
        ])
        .status();
}

/// What a program that ran to its end had to say.
pub(super) struct Finished {
    /// Whether it ended with status 0.
    pub(super) success: bool,
    /// Its output, then its complaints.
    pub(super) text: String,
}

/// Runs a program to its end, with `input` as its standard input. It is killed when `limit` passes.
///
/// # Errors
/// When it cannot be started, or with [`io::ErrorKind::TimedOut`].
pub(super) async fn run(
    mut command: Command,
    input: &str,
    limit: Duration,
) -> io::Result<Finished> {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    let mut child = spawn(command).await?;
    let finished = timeout(limit, async move {
        if let Some(mut stdin) = child.stdin.take() {
            // A program that ends before it has read everything says so by its status.
            let _ = stdin.write_all(input.as_bytes()).await;
        }
        child.wait_with_output().await
    });
    let output = finished
        .await
        .map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.push_str(&String::from_utf8_lossy(&output.stderr));
    Ok(Finished {
        success: output.status.success(),
        text,
    })
}

/// `command` without our environment, which may hold secrets, and in a process group of its own, so that Ctrl-C in a
/// terminal reaches Landfall alone and the services are still there while it finishes its work.
pub(super) fn clean(mut command: Command) -> Command {
    command
        .env_clear()
        .env("PATH", "/usr/bin:/bin:/usr/sbin:/sbin")
        .env("LC_ALL", "C")
        .env("TZ", "UTC");
    command.current_dir("/").process_group(0);
    command
}

/// A command on its way to the thread that starts it.
struct Job {
    command: Command,
    runtime: Handle,
    reply: oneshot::Sender<io::Result<Child>>,
}

/// The one thread that starts children.
///
/// On Linux a child is told to end when the *thread* that started it ends, not the process. The workers of a runtime come and
/// go; this thread waits for jobs for as long as the process lives.
static SPAWNER: LazyLock<io::Result<mpsc::Sender<Job>>> = LazyLock::new(|| {
    let (sender, jobs) = mpsc::channel::<Job>();
    std::thread::Builder::new()
        .name("embedded-services".to_owned())
        .spawn(move || {
            for Job {
                mut command,
                runtime,
                reply,
            } in jobs
            {
                let _inside = runtime.enter();
                // The asker may have given up, and then the child is dropped here.
                let _ = reply.send(command.spawn());
            }
        })?;
    Ok(sender)
});

async fn spawn(command: Command) -> io::Result<Child> {
    let spawner = SPAWNER
        .as_ref()
        .map_err(|error| io::Error::new(error.kind(), error.to_string()))?;
    let gone = || io::Error::other("the thread that starts processes has ended");
    let (reply, answer) = oneshot::channel();
    spawner
        .send(Job {
            command,
            runtime: Handle::current(),
            reply,
        })
        .map_err(|_| gone())?;
    answer.await.map_err(|_| gone())?
}
