//! A language model that writes drafts of variants. What it writes is checked like anything that
//! people write, and nothing of it is ever published by itself.

mod assignment;
mod schema;

use std::fmt;
use std::time::Duration;

use async_openai::Client;
use async_openai::config::OpenAIConfig;
use domain::{ContentOverride, Problem, Problems};
use serde::Deserialize;
use serde_json::{Value, json};
use thiserror::Error;
use tokio::sync::Semaphore;
use tracing::{info, instrument};

pub use self::assignment::Assignment;
use crate::embedding::openai::transport;
use crate::embedding::pause::Pausing;
use crate::embedding::retry::{Failure, retrying};
use crate::embedding::{ApiKey, EmbeddingError, OpenAiConfig, RetryPolicy, SystemPacer};

/// How patiently a busy server is asked again, while a person waits.
const PATIENCE: RetryPolicy = RetryPolicy {
    max_attempts: 3,
    base: Duration::from_millis(500),
    cap: Duration::from_secs(5),
    total: Duration::from_secs(15),
};
/// How often the model may correct itself.
const CORRECTIONS: u32 = 1;
/// Most tokens of one answer.
const MAX_TOKENS: u32 = 4_000;
/// Longest prompt in characters; a page's texts are most of it.
const MAX_PROMPT: usize = 20_000;
/// Most drafts written at the same time; others wait.
const CONCURRENT: usize = 2;

/// Settings of a [`Writer`].
#[derive(Debug, Clone)]
pub struct WriterConfig {
    /// Address up to and including the version, without `/chat/completions`.
    pub base_url: String,
    /// Sent as bearer token. Servers on one's own machines often want none.
    pub api_key: Option<ApiKey>,
    /// The model, which must know structured output.
    pub model: String,
    /// From sending a request to the end of its answer.
    pub timeout: Duration,
}

/// Asks a server with `OpenAI`'s interface for drafts.
pub struct Writer {
    client: Client<OpenAIConfig>,
    model: String,
    key: Option<ApiKey>,
    places: Semaphore,
}

/// What the model wrote.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// What it changes of the page; it fits.
    pub content: ContentOverride,
    /// The model, as the server calls it.
    pub model: String,
    /// What it was asked.
    pub prompt: String,
}

/// Why there is no draft. No message carries the API key.
#[derive(Debug, Error)]
pub enum WriterError {
    /// A setting cannot be used.
    #[error("the setting drafts.{field} {reason}")]
    Setting {
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The server answered with an error of its own.
    #[error("the AI server refused with status {status}: {message}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// The server's own words, shortened.
        message: String,
    },
    /// The server has too much to do, and still had when it was asked again.
    #[error("the AI server is busy: {message}")]
    Busy {
        /// The pause that it asked for, when it asked for one.
        asked: Option<Duration>,
        /// The server's own words, shortened.
        message: String,
    },
    /// There was no answer, or it broke off.
    #[error("the AI server does not answer: {0}")]
    Unreachable(String),
    /// The answer is not what was asked for.
    #[error("the AI server's answer cannot be used: {0}")]
    Malformed(String),
    /// The page says too much.
    #[error("the page has too much text for a draft")]
    TooLong,
    /// The model does not want to.
    #[error("the model declined: {0}")]
    Declined(String),
    /// What the model wrote does not fit the page, and correcting it did not help.
    #[error("the model's draft does not fit the page: {}", sentence(.0))]
    Unfit(Vec<Problem>),
}

impl WriterError {
    /// What the person who asked for a draft can do. What only those who run the server can mend
    /// is told by the error itself, which belongs in their log.
    pub fn advice(&self) -> String {
        let text = match self {
            Self::Setting { .. } => {
                "AI drafts are not set up rightly. What is wrong is in the server's log."
            }
            Self::Refused {
                status: 401 | 403, ..
            } => {
                "The AI server does not accept this site's key. Whoever runs this site has to give it another one."
            }
            Self::Refused { .. } => "The AI server refused. Its reason is in this server's log.",
            Self::Busy { asked: None, .. } => "The AI server is busy. Try again in a moment.",
            Self::Busy {
                asked: Some(pause), ..
            } => {
                let seconds = pause.as_secs().max(1);
                return format!("The AI server is busy. Try again in {seconds} seconds.");
            }
            Self::Unreachable(_) => {
                "The AI server does not answer. Try again in a moment; if that does not help, the reason is in this server's log."
            }
            Self::Malformed(_) => {
                "The AI server's answer could not be used. Try again; if that does not help, another model is needed."
            }
            Self::TooLong => "This page has too much text for a draft. Write the variant by hand.",
            Self::Declined(reason) => return format!("The model declined: {reason}"),
            Self::Unfit(_) => {
                "What the model wrote did not keep to this page's fields and lengths, and correcting it did not help. Try again."
            }
        };
        text.to_owned()
    }
}

/// An answer of `/v1/chat/completions`, as far as it is needed.
#[derive(Deserialize)]
struct Answer {
    model: Option<String>,
    #[serde(default)]
    choices: Vec<Choice>,
}

#[derive(Deserialize)]
struct Choice {
    message: Message,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Message {
    content: Option<String>,
    refusal: Option<String>,
}

impl Writer {
    /// Prepares the client. Sends nothing yet.
    ///
    /// # Errors
    /// [`WriterError::Setting`] names the field of `config` that cannot be used.
    pub fn new(config: WriterConfig) -> Result<Self, WriterError> {
        let settings = OpenAiConfig {
            base_url: config.base_url,
            api_key: config.api_key,
            model: config.model,
            timeout: config.timeout,
            ..OpenAiConfig::default()
        };
        let settings = settings.checked()?;
        Ok(Self {
            client: transport::client(&settings)?,
            model: settings.model,
            key: settings.api_key,
            places: Semaphore::new(CONCURRENT),
        })
    }

    /// Writes a draft.
    ///
    /// # Errors
    /// [`WriterError`] when there is none, and why.
    #[instrument(name = "writer.write", skip_all)]
    pub async fn write(&self, assignment: &Assignment) -> Result<Draft, WriterError> {
        let prompt = assignment.prompt();
        if prompt.chars().count() > MAX_PROMPT {
            return Err(WriterError::TooLong);
        }
        let _place = self.places.acquire().await;
        let mut messages = vec![
            json!({"role": "system", "content": assignment::ROLE}),
            json!({"role": "user", "content": prompt}),
        ];
        let mut corrections = 0;
        loop {
            let (text, model) = self.ask(&messages, assignment).await?;
            match read(&text, assignment) {
                Ok(content) => {
                    info!(model, corrections, "writer.write");
                    return Ok(Draft {
                        content,
                        model,
                        prompt,
                    });
                }
                Err(problems) if corrections < CORRECTIONS => {
                    corrections += 1;
                    messages.push(json!({"role": "assistant", "content": text}));
                    let told = format!("{}. Correct it.", sentence(&problems));
                    messages.push(json!({"role": "user", "content": told}));
                }
                Err(problems) => return Err(WriterError::Unfit(problems)),
            }
        }
    }

    /// What the model says, and what the server calls it.
    async fn ask(
        &self,
        messages: &[Value],
        assignment: &Assignment,
    ) -> Result<(String, String), WriterError> {
        let request = json!({
            "model": self.model,
            "messages": messages,
            "max_completion_tokens": MAX_TOKENS,
            "response_format": {
                "type": "json_schema",
                "json_schema": {
                    "name": "variant",
                    "strict": true,
                    "schema": schema::of(assignment),
                },
            },
        });
        let pacer = SystemPacer::new();
        let (pausing, attempt) = (Pausing::default(), || self.request(&request));
        let answer: Value = retrying(&PATIENCE, &pacer, &pausing, attempt).await?;
        let answer: Answer = serde_json::from_value(answer)
            .map_err(|error| WriterError::Malformed(error.to_string()))?;
        let model = answer.model.unwrap_or_else(|| self.model.clone());
        let choice = answer.choices.into_iter().next();
        let choice = choice.ok_or_else(|| WriterError::Malformed("it is empty".to_owned()))?;
        if let Some(refusal) = choice.message.refusal {
            return Err(WriterError::Declined(refusal));
        }
        if choice.finish_reason.as_deref() == Some("length") {
            return Err(WriterError::Malformed("it breaks off".to_owned()));
        }
        let text = choice.message.content.filter(|text| !text.is_empty());
        let text = text.ok_or_else(|| WriterError::Malformed("it is empty".to_owned()))?;
        Ok((text, model.chars().take(200).collect()))
    }

    /// One request, once.
    async fn request(&self, request: &Value) -> Result<Value, Failure> {
        let answer = self.client.chat().create_byot(request).await;
        answer.map_err(|error| transport::failure(error, self.key.as_ref()))
    }
}

/// The override that the model's text is.
fn read(text: &str, assignment: &Assignment) -> Result<ContentOverride, Vec<Problem>> {
    let mut problems = Problems::new();
    let json: Value = match serde_json::from_str(text) {
        Ok(json) => json,
        Err(error) => {
            problems.add("", format!("is not JSON: {error}"));
            return Err(problems.into_vec());
        }
    };
    let content = ContentOverride::from_json(&schema::completed(json, assignment))?;
    content.validate_against(&assignment.content, &mut problems);
    if problems.is_empty() {
        Ok(content)
    } else {
        Err(problems.into_vec())
    }
}

fn sentence(problems: &[Problem]) -> String {
    let problems = problems.iter().take(8).map(ToString::to_string);
    problems.collect::<Vec<_>>().join("; ")
}

impl From<EmbeddingError> for WriterError {
    fn from(error: EmbeddingError) -> Self {
        match error {
            EmbeddingError::Setting { field, reason } => Self::Setting { field, reason },
            EmbeddingError::Refused { status, message } => Self::Refused { status, message },
            EmbeddingError::Unreachable { reason } => Self::Unreachable(reason),
            EmbeddingError::Malformed { reason } => Self::Malformed(reason),
            EmbeddingError::GaveUp { asked, last, .. } => match (*last).into() {
                Self::Refused {
                    status: 429,
                    message,
                } => Self::Busy { asked, message },
                last => last,
            },
            other => Self::Malformed(other.to_string()),
        }
    }
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer")
            .field("model", &self.model)
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}
