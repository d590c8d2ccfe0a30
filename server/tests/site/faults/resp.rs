//! Redis' own protocol, for what no well-behaved client sends.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;

/// Sends one command and returns the answer as it comes.
pub(crate) fn ask(url: &str, command: &[&[u8]]) -> Vec<u8> {
    let mut stream = connect(url);
    stream
        .write_all(&[encode(command), encode(&[b"QUIT"])].concat())
        .expect("it reads");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("it answers");
    let goodbye = b"+OK\r\n";
    let end = answer.len().saturating_sub(goodbye.len());
    assert!(answer.ends_with(goodbye), "it says goodbye");
    answer.truncate(end);
    answer
}

/// The string under a key.
pub(crate) fn get(url: &str, key: &str) -> Vec<u8> {
    let answer = ask(url, &[b"GET", key.as_bytes()]);
    let length = answer.iter().position(|byte| *byte == b'\n');
    let start = length.expect("a string has a length") + 1;
    answer[start..answer.len() - 2].to_vec()
}

/// The number that a command answers with.
pub(crate) fn number(url: &str, command: &[&[u8]]) -> i64 {
    let answer = String::from_utf8(ask(url, command)).expect("it is text");
    let number = answer.trim().strip_prefix(':').expect("it is a number");
    number.parse().expect("it is a number")
}

/// What the server is told from now on, one command a line, until `end` is among it.
pub(crate) fn overhear(url: &str, end: String) -> std::thread::JoinHandle<Vec<String>> {
    let mut stream = connect(url);
    stream.write_all(&encode(&[b"MONITOR"])).expect("it reads");
    let mut lines = BufReader::new(stream).split(b'\n').map(|line| {
        let line = line.expect("the server goes on");
        String::from_utf8_lossy(&line).into_owned()
    });
    assert_eq!(lines.next().as_deref(), Some("+OK\r"));
    std::thread::spawn(move || lines.take_while(|line| !line.contains(&end)).collect())
}

/// A connection that has given the URL's password, if there is one.
fn connect(url: &str) -> TcpStream {
    let address = url.trim_start_matches("redis://").trim_end_matches('/');
    let Some((password, address)) = address.split_once('@') else {
        return TcpStream::connect(address).expect("it listens");
    };
    let mut stream = TcpStream::connect(address).expect("it listens");
    let password = password.trim_start_matches(':').as_bytes();
    stream
        .write_all(&encode(&[b"AUTH", password]))
        .expect("it reads");
    let mut welcome = [0; 5];
    stream.read_exact(&mut welcome).expect("it answers");
    assert_eq!(&welcome, b"+OK\r\n", "the password is right");
    stream
}

fn encode(words: &[&[u8]]) -> Vec<u8> {
    let mut bytes = format!("*{}\r\n", words.len()).into_bytes();
    for word in words {
        bytes.extend(format!("${}\r\n", word.len()).into_bytes());
        bytes.extend_from_slice(word);
        bytes.extend(b"\r\n");
    }
    bytes
}
