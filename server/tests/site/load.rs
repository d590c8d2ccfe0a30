//! A bounded load of visitors who keep their connections, and who check what they are given.

use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::client::{self, Answer};

/// Visitors at the same time.
const CONNECTIONS: u32 = 8;
/// Requests a second, of all visitors together.
const RATE: u32 = 600;
/// After this time a visitor would leave.
const PATIENCE: Duration = Duration::from_secs(5);

/// What a page may show as its main heading: what was decided, or what stands in for it.
pub(crate) type Expected = (&'static str, &'static [&'static str]);

/// Visitors who go on until they are told to stop.
pub(crate) struct Load {
    started: Instant,
    stop: Arc<AtomicBool>,
    visitors: Vec<JoinHandle<Tally>>,
}

/// What the visitors saw.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Answers by status and `x-content-cache`.
    pub(crate) answers: BTreeMap<String, usize>,
    /// Whatever was not a complete page of the right content.
    pub(crate) wrong: Vec<String>,
    /// For how long they came.
    time: Duration,
}

/// A connection that is used again and again.
pub(crate) struct Visitor {
    stream: BufReader<TcpStream>,
}

impl Load {
    /// Visitors of `pages`, one after the other, at about 600 requests a second. Some have the page already and ask
    /// whether it still holds; some bring a campaign term that nobody has brought before.
    pub(crate) fn start(address: SocketAddr, pages: &'static [Expected]) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let visitors = (0..CONNECTIONS)
            .map(|number| {
                let stop = Arc::clone(&stop);
                std::thread::spawn(move || visit(address, pages, number as usize, &stop))
            })
            .collect();
        Self {
            started: Instant::now(),
            stop,
            visitors,
        }
    }

    /// Lets the visitors go, and adds up what they saw.
    pub(crate) fn stop(self) -> Tally {
        self.stop.store(true, Ordering::Relaxed);
        let mut all = Tally {
            time: self.started.elapsed(),
            ..Tally::default()
        };
        for visitor in self.visitors {
            let tally = visitor.join().expect("visitors do not panic");
            for (kind, count) in tally.answers {
                *all.answers.entry(kind).or_default() += count;
            }
            all.wrong.extend(tally.wrong);
        }
        all
    }
}

impl Tally {
    /// Prints the counts and fails if any answer was not what a visitor should get.
    pub(crate) fn must_be_flawless(&self, what: &str) {
        let count = self.answers.values().sum::<usize>();
        eprintln!(
            "{what}: {:?}, {count} in {:.1} s",
            self.answers,
            self.time.as_secs_f64()
        );
        let first: Vec<&String> = self.wrong.iter().take(5).collect();
        assert!(
            self.wrong.is_empty(),
            "{what}: {} wrong: {first:?}",
            self.wrong.len()
        );
        assert!(count > 0, "nobody came");
    }
}

fn visit(
    address: SocketAddr,
    pages: &'static [Expected],
    number: usize,
    stop: &AtomicBool,
) -> Tally {
    let mut tally = Tally::default();
    let mut visitor = Visitor::connect(address);
    let pause = Duration::from_secs(1) * CONNECTIONS / RATE;
    let mut next = Instant::now();
    let mut tags: HashMap<&str, String> = HashMap::new();
    for (count, (page, headings)) in pages.iter().cycle().skip(number).enumerate() {
        if stop.load(Ordering::Relaxed) {
            return tally;
        }
        // The page for everyone is for everyone: no term changes the headings of a page that has no other variants.
        let target = if count % 7 == 0 && page.starts_with("/pricing?") {
            format!("{page}&utm_term=visitor+{number:x}q{count:x}q")
        } else {
            (*page).to_owned()
        };
        let tag = tags.get(page).filter(|_| count % 3 == 0).cloned();
        let outcome = match &tag {
            Some(tag) => visitor.get_with(&target, &[("If-None-Match", tag)]),
            None => visitor.get(&target),
        };
        match outcome {
            Ok(answer) => {
                let kind = format!("{} {}", answer.status, answer.header("x-content-cache"));
                *tally.answers.entry(kind).or_default() += 1;
                let still_holds = tag.is_some_and(|tag| answer.header("etag") == tag);
                if answer.status == 304 && still_holds {
                    // What it holds was checked when it came.
                } else if let Err(problem) = check(&answer, headings) {
                    tally.wrong.push(format!("{target}: {problem}"));
                } else {
                    tags.insert(page, answer.header("etag").to_owned());
                }
            }
            Err(error) => {
                tally.wrong.push(format!("{target}: {error}"));
                visitor = Visitor::connect(address);
            }
        }
        next += pause;
        std::thread::sleep(next.saturating_duration_since(Instant::now()));
    }
    tally
}

/// Whether the answer is a complete page with one of the headings.
fn check(answer: &Answer, headings: &[&str]) -> Result<(), String> {
    let text = String::from_utf8_lossy(&answer.body);
    if answer.status != 200 || !text.ends_with("</html>") {
        return Err(format!("{} with {} bytes", answer.status, text.len()));
    }
    // A parser would take longer than the server.
    let heading = text
        .split_once("<h1")
        .and_then(|(_, rest)| rest.split_once('>'))
        .and_then(|(_, rest)| rest.split_once("</h1>"))
        .map_or("", |(heading, _)| heading);
    if headings.iter().any(|expected| heading.contains(expected)) {
        Ok(())
    } else {
        Err(format!("shows {heading:?}"))
    }
}

impl Visitor {
    pub(crate) fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("the server listens");
        stream
            .set_read_timeout(Some(PATIENCE))
            .expect("a timeout can be set");
        Self {
            stream: BufReader::new(stream),
        }
    }

    /// Waits for each answer for up to `patience`.
    pub(crate) fn waiting_for(self, patience: Duration) -> Self {
        self.stream
            .get_ref()
            .set_read_timeout(Some(patience))
            .expect("a timeout can be set");
        self
    }

    /// Asks on the same connection again.
    pub(crate) fn get(&mut self, target: &str) -> std::io::Result<Answer> {
        self.get_with(target, &[])
    }

    pub(crate) fn get_with(
        &mut self,
        target: &str,
        headers: &[(&str, &str)],
    ) -> std::io::Result<Answer> {
        self.ask(target, headers)?;
        self.read()
    }

    /// Sends a request whose answer is to be read later.
    pub(crate) fn ask(&mut self, target: &str, headers: &[(&str, &str)]) -> std::io::Result<()> {
        let request = request(target, headers);
        self.stream.get_mut().write_all(request.as_bytes())
    }

    /// Asks for many things at once, and reads the answers.
    pub(crate) fn get_all(
        &mut self,
        targets: &[String],
        headers: &[(&str, &str)],
    ) -> std::io::Result<Vec<Answer>> {
        let requests: String = targets
            .iter()
            .map(|target| request(target, headers))
            .collect();
        let mut writer = self.stream.get_ref().try_clone()?;
        let writing = std::thread::spawn(move || writer.write_all(requests.as_bytes()));
        let answers = targets.iter().map(|_| self.read()).collect();
        writing.join().expect("it does not panic")?;
        answers
    }

    /// Reads the next answer.
    pub(crate) fn read(&mut self) -> std::io::Result<Answer> {
        let broken = |what| std::io::Error::new(std::io::ErrorKind::InvalidData, what);
        let mut received = Vec::with_capacity(1_000);
        while !received.ends_with(b"\r\n\r\n") {
            if self.stream.read_until(b'\n', &mut received)? == 0 {
                return Err(broken("closed"));
            }
        }
        let mut answer = client::parse(&received).ok_or_else(|| broken("no head"))?;
        if answer.status == 304 {
            return Ok(answer);
        }
        let length = answer.header("content-length").parse();
        let mut body = vec![0; length.map_err(|_| broken("no length"))?];
        self.stream.read_exact(&mut body)?;
        answer.body = body;
        Ok(answer)
    }
}

fn request(target: &str, headers: &[(&str, &str)]) -> String {
    let mut text = format!("GET {target} HTTP/1.1\r\nHost: site.example\r\n");
    for (name, value) in headers {
        text.extend([name, ": ", value, "\r\n"]);
    }
    text.push_str("\r\n");
    text
}
