/// Levels a condition may nest. The code that walks a condition recurses once a level.
pub const MAX_DEPTH: usize = 32;
/// Comparisons and operators one condition may hold, saved groups included.
pub const MAX_CLAUSES: usize = 1_000;
/// Characters of one text, pattern or attribute path.
pub const MAX_TEXT: usize = 1_000;
/// Values one list may hold.
pub const MAX_LIST: usize = 10_000;
/// Regular expressions one condition may hold. Compiling is the costly part of a condition.
pub const MAX_PATTERNS: usize = 40;
/// Bytes one compiled regular expression may take.
pub(super) const MAX_PATTERN_BYTES: usize = 256 * 1024;
