//! Texts that have no vector yet, and texts that a provider refused.
//!
//! Nothing is queued: what is missing in a space is found by asking which texts take part in
//! decisions and have no vector there. So an edit, an interruption and a restored backup are all
//! made up for alike.

use domain::VariantId;
use pgvector::Vector;
use time::OffsetDateTime;

use super::{Space, Store, StoreError, StoreTransaction, TextHash};
use crate::embedding::Embedding;

/// A text that has no vector in a space.
#[derive(Debug, Clone)]
pub struct MissingText {
    /// The variant it belongs to; `None` is a text that asks: an intent, a description.
    pub variant: Option<VariantId>,
    /// What it belongs to, for people.
    pub subject: String,
    /// Its hash.
    pub hash: TextHash,
    /// The text.
    pub text: String,
}

/// A text that a provider refused to embed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// What it belongs to, for people.
    pub subject: String,
    /// What the provider said.
    pub error: String,
    /// How often it was tried.
    pub attempts: i32,
    /// When last.
    pub failed_at: OffsetDateTime,
}

/// Texts without a vector in a space.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Missing {
    /// Texts still to embed that decisions depend on.
    pub waiting: i64,
    /// Campaign terms still to embed: decisions are made without them meanwhile.
    pub terms: i64,
    /// Texts that decisions depend on and that the provider refused.
    pub refused: i64,
    /// Campaign terms that it refused.
    pub refused_terms: i64,
}

/// How much of what takes part in decisions has a vector in a space, at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coverage {
    /// Texts that take part in decisions. Pages and segments that ask the same ask once.
    pub texts: i64,
    /// Those without a vector there.
    pub missing: Missing,
}

impl Coverage {
    /// Texts that have one.
    pub fn present(self) -> i64 {
        self.texts - self.missing.total()
    }
}

impl Missing {
    /// Texts that decisions depend on, whether they are due or were refused. Campaign terms do not
    /// count: they are forgotten and learnt all the time.
    pub fn vital(self) -> i64 {
        self.waiting + self.refused
    }

    /// All texts without a vector.
    pub fn total(self) -> i64 {
        self.all() + self.all_refused()
    }

    /// All texts that the provider refused.
    pub fn all_refused(self) -> i64 {
        self.refused + self.refused_terms
    }

    /// Everything that a provider could be asked for now.
    pub fn all(self) -> i64 {
        self.waiting + self.terms
    }
}

impl Store {
    /// Texts that ask (page intents, segment descriptions, campaign terms) without a vector in `space`,
    /// those left out that its provider refused.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn missing_questions(&self, space: &Space) -> Result<Vec<MissingText>, StoreError> {
        let rows = sqlx::query!(
            r#"SELECT DISTINCT ON (hash) subject AS "subject!", text AS "text!", hash AS "hash!"
               FROM (
                   SELECT subject, asks AS text, text_hash AS hash
                   FROM embedded_texts WHERE asks IS NOT NULL
               ) AS asking
               WHERE NOT EXISTS (SELECT FROM query_embeddings q
                                 WHERE q.space_version = $1 AND q.text_hash = asking.hash)
                 AND NOT EXISTS (SELECT FROM embedding_failures f
                                 WHERE f.space_version = $1 AND f.text_hash = asking.hash)
               ORDER BY hash, subject"#,
            space.version
        )
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter()
            .map(|row| {
                Ok(MissingText {
                    variant: None,
                    subject: row.subject,
                    hash: TextHash::from_stored(&row.hash)?,
                    text: row.text,
                })
            })
            .collect()
    }

    /// Variants without a vector of their present text in `space`, by id after `after`, those left
    /// out that its provider refused.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a stored content is unreadable.
    pub async fn missing_variants(
        &self,
        space: &Space,
        after: VariantId,
        limit: i64,
    ) -> Result<Vec<MissingText>, StoreError> {
        let rows = sqlx::query!(
            r#"SELECT v.id, v.external_id, r.text_hash,
                      r.content AS "content: sqlx::types::Json<domain::ContentOverride>"
               FROM variants v
               JOIN variant_revisions r ON r.variant_id = v.id
                   AND r.number = coalesce(v.published_revision, v.head_revision)
               WHERE v.id > $2 AND r.text_hash <> sha256('')
                 AND NOT EXISTS (SELECT FROM embeddings e WHERE e.variant_id = v.id
                                   AND e.space_version = $1 AND e.text_hash = r.text_hash)
                 AND NOT EXISTS (SELECT FROM embedding_failures f
                                 WHERE f.space_version = $1 AND f.text_hash = r.text_hash)
               ORDER BY v.id
               LIMIT $3"#,
            space.version,
            after.0,
            limit
        )
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter()
            .map(|row| {
                Ok(MissingText {
                    variant: Some(VariantId(row.id)),
                    subject: format!("variant {}", row.external_id),
                    hash: TextHash::from_stored(&row.text_hash)?,
                    text: row.content.0.embedding_text(),
                })
            })
            .collect()
    }

    /// How many texts have no vector in the space of `version`. Pages and segments that ask the same
    /// ask once.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn missing(&self, version: i32) -> Result<Missing, StoreError> {
        let mut connection = self.pool.acquire().await?;
        count(&mut connection, version).await
    }

    /// How much of what takes part in decisions has a vector in the space of `version`. Whoever
    /// edits meanwhile changes both numbers or neither.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn coverage(&self, version: i32) -> Result<Coverage, StoreError> {
        let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
        let mut snapshot = self.pool.begin_with(begin).await?;
        let missing = count(&mut snapshot, version).await?;
        let texts = sqlx::query_scalar!(
            r#"SELECT count(DISTINCT (variant_id, text_hash)) FILTER (WHERE vital)
                      + count(DISTINCT text_hash) FILTER (WHERE NOT vital) AS "count!"
               FROM embedded_texts"#
        )
        .fetch_one(&mut *snapshot)
        .await?;
        Ok(Coverage { texts, missing })
    }

    /// The texts that the provider of a space refused and that still take part in decisions.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn dead_letters(&self, version: i32) -> Result<Vec<DeadLetter>, StoreError> {
        let letters = sqlx::query_as!(
            DeadLetter,
            "SELECT subject, error, attempts, failed_at FROM embedding_failures
             WHERE space_version = $1 AND text_hash IN (SELECT text_hash FROM embedded_texts)
             ORDER BY subject",
            version
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(letters)
    }
}

impl StoreTransaction {
    /// How many texts have no vector in the space of `version`, as of this transaction.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn missing(&mut self, version: i32) -> Result<Missing, StoreError> {
        count(&mut self.tx, version).await
    }

    /// Saves the vectors of texts, except where a variant has another text by now or is being
    /// edited at this moment: those are found missing again.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when a vector's dimension is not the space's.
    pub async fn fill(
        &mut self,
        space: &Space,
        texts: &[(&MissingText, Embedding)],
    ) -> Result<(), StoreError> {
        let (mut variants, mut hashes, mut vectors) = (Vec::new(), Vec::new(), Vec::new());
        for (text, embedding) in texts {
            let Some(variant) = text.variant else {
                self.save_query_vector(space, &text.hash, embedding).await?;
                continue;
            };
            variants.push(variant.0);
            hashes.push(text.hash.as_bytes().to_vec());
            vectors.push(Vector::from(embedding.as_slice().to_vec()));
        }
        sqlx::query!(
            "INSERT INTO embeddings (space_version, variant_id, text_hash, embedding)
             SELECT $1, v.id, w.text_hash, w.embedding
             FROM unnest($2::bigint[], $3::bytea[], $4::vector[]) AS w (variant_id, text_hash, embedding)
             JOIN variants v ON v.id = w.variant_id
             JOIN variant_revisions r ON r.variant_id = v.id
                 AND r.number = coalesce(v.published_revision, v.head_revision)
                 AND r.text_hash = w.text_hash
             ORDER BY v.id
             FOR SHARE OF v SKIP LOCKED
             ON CONFLICT (space_version, variant_id) DO UPDATE SET
                 text_hash = excluded.text_hash, embedding = excluded.embedding, created_at = now()",
            space.version,
            &variants,
            &hashes,
            vectors as _
        )
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    /// Lets visitors see that texts have vectors now: the pages of variants, or every page where a
    /// text asks.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn touch_texts(&mut self, texts: &[MissingText]) -> Result<(), StoreError> {
        self.touched.everything |= texts.iter().any(|text| text.variant.is_none());
        let variants: Vec<i64> = texts.iter().filter_map(|t| Some(t.variant?.0)).collect();
        let pages = sqlx::query_scalar!(
            "SELECT DISTINCT page_id FROM variants WHERE id = ANY ($1)",
            &variants
        )
        .fetch_all(&mut *self.tx)
        .await?;
        self.touched.pages.extend(pages);
        Ok(())
    }

    /// Notes that a provider refused a text.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn note_refusal(
        &mut self,
        space: &Space,
        text: &MissingText,
        error: &str,
        attempts: i32,
    ) -> Result<(), StoreError> {
        sqlx::query!(
            "INSERT INTO embedding_failures (space_version, text_hash, subject, error, attempts)
             VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (space_version, text_hash) DO UPDATE SET
                 subject = excluded.subject, error = excluded.error, failed_at = now(),
                 attempts = embedding_failures.attempts + excluded.attempts",
            space.version,
            text.hash.as_bytes(),
            text.subject,
            error,
            attempts
        )
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    /// Forgets which texts the provider of a space refused, so that they are tried again.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn forget_refusals(&mut self, version: i32) -> Result<(), StoreError> {
        sqlx::query!(
            "DELETE FROM embedding_failures WHERE space_version = $1",
            version
        )
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }
}

async fn count(connection: &mut sqlx::PgConnection, version: i32) -> Result<Missing, StoreError> {
    let counts = sqlx::query_as!(
        Missing,
        r#"SELECT count(DISTINCT (t.variant_id, t.text_hash))
                      FILTER (WHERE f.text_hash IS NULL AND t.vital) AS "waiting!",
                  count(DISTINCT t.text_hash)
                      FILTER (WHERE f.text_hash IS NULL AND NOT t.vital) AS "terms!",
                  count(DISTINCT (t.variant_id, t.text_hash))
                      FILTER (WHERE f.text_hash IS NOT NULL AND t.vital) AS "refused!",
                  count(DISTINCT t.text_hash)
                      FILTER (WHERE f.text_hash IS NOT NULL AND NOT t.vital) AS "refused_terms!"
           FROM embedded_texts t
           LEFT JOIN embeddings e ON e.space_version = $1
               AND e.variant_id = t.variant_id AND e.text_hash = t.text_hash
           LEFT JOIN query_embeddings q ON q.space_version = $1
               AND t.variant_id IS NULL AND q.text_hash = t.text_hash
           LEFT JOIN embedding_failures f ON f.space_version = $1 AND f.text_hash = t.text_hash
           WHERE e.variant_id IS NULL AND q.text_hash IS NULL"#,
        version
    )
    .fetch_one(connection)
    .await?;
    Ok(counts)
}
