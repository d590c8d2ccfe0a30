//! The rules of Landfall, without I/O: pages, blocks, segments, variants, visitors and decisions.
//!
//! Everything here builds for `wasm32-unknown-unknown`, takes the time and chance it needs as
//! parameters, and can therefore be replayed: the browser, the command line and the server reach
//! the same decision from the same facts.

pub mod access;
pub mod block;
pub mod bucketing;
pub mod cache_key;
pub mod client;
pub mod condition;
pub mod content;
pub mod decision;
pub mod difference;
pub mod id;
pub mod locale;
pub mod path;
pub mod preview;
pub mod record;
pub mod redline;
pub mod rollout;
pub mod segment;
pub mod site;
pub mod term;
pub mod url;
pub mod validation;
pub mod variant;
pub mod visitor;

pub use access::Role;
pub use block::Block;
pub use cache_key::{BodyKey, DecisionKey};
pub use condition::Condition;
pub use content::{ContentOverride, PageContent};
pub use id::{BlockId, ExternalId, PageId, Revision, SegmentId, SegmentKey, UserId, VariantId};
pub use locale::Locale;
pub use path::CanonicalPath;
pub use site::SiteSettings;
pub use url::SafeUrl;
pub use validation::{Problem, Problems};
pub use visitor::Visitor;
