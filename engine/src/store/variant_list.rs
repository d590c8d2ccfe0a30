//! Finding variants among ten thousand.

use domain::variant::Status;
use domain::{CanonicalPath, ExternalId, Locale, SegmentKey, VariantId};
use pgvector::Vector;
use time::OffsetDateTime;

use super::page::{parse_external_id, parse_locale};
use super::segment::parse_key;
use super::variant_revision::parse_status;
use super::{Space, Store, StoreError, nearest};
use crate::embedding::Embedding;

/// Which variants to find.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VariantFilter {
    /// Variants of one page.
    pub page: Option<ExternalId>,
    /// Variants of one segment; `Some(None)` are those for any segment.
    pub segment: Option<Option<SegmentKey>>,
    /// Variants in one language.
    pub locale: Option<Locale>,
    /// Variants of one status.
    pub status: Option<Status>,
    /// Variants with a newer revision than the one visitors see.
    pub changed: bool,
    /// Variants whose text cannot be compared yet, because it has no vector.
    pub unembedded: bool,
    /// Variants whose newest revision this person wrote, as the audit log calls them.
    pub author: Option<String>,
    /// What was typed into the search field.
    pub search: String,
    /// Whether to search by meaning instead of by words.
    pub by_meaning: bool,
    /// The order in which they come.
    pub sort: VariantSort,
}

/// The order of a list of variants. Searching by meaning has an order of its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum VariantSort {
    /// The last saved first.
    #[default]
    Updated,
    /// By name.
    Name,
    /// By page path, then name.
    Page,
    /// Drafts, scheduled, published, archived; the last saved first.
    Status,
}

/// What the text of a filter comes to.
#[derive(Debug, Clone, Default)]
pub struct Wanting<'a> {
    /// `PostgreSQL`'s text query.
    pub words: Option<&'a str>,
    /// The typed text, for names that machines know.
    pub name: Option<&'a str>,
    /// The text's vector, and the space it belongs to.
    pub meaning: Option<(&'a Embedding, &'a Space)>,
}

/// One line of the list.
#[derive(Debug, Clone)]
pub struct ListedVariant {
    /// Its row.
    pub id: VariantId,
    /// The name by which an import knows it.
    pub external_id: ExternalId,
    /// Its newest name.
    pub name: String,
    /// The page's path.
    pub page_path: CanonicalPath,
    /// The segment's key and name; `None` is any segment.
    pub segment: Option<(SegmentKey, String)>,
    /// Its language.
    pub locale: Locale,
    /// Where it stands in its life.
    pub status: Status,
    /// When it starts to be shown.
    pub starts_at: Option<OffsetDateTime>,
    /// When it stops being shown.
    pub ends_at: Option<OffsetDateTime>,
    /// The newest revision.
    pub revision: i32,
    /// The revision that visitors see.
    pub published_revision: Option<i32>,
    /// Who saved the newest revision.
    pub author: String,
    /// When that was.
    pub updated_at: OffsetDateTime,
    /// Whether its text can be compared: it has a vector in the space that decides, or no words.
    pub embedded: bool,
    /// Cosine similarity to what was searched for, -1 to 1.
    pub similarity: Option<f32>,
}

impl VariantFilter {
    /// Whether it leaves out any variant for what it is.
    fn narrows(&self) -> bool {
        self.page.is_some()
            || self.segment.is_some()
            || self.locale.is_some()
            || self.status.is_some()
            || self.changed
            || self.unembedded
            || self.author.is_some()
    }
}

impl VariantSort {
    /// Every order.
    pub const ALL: [Self; 4] = [Self::Updated, Self::Name, Self::Page, Self::Status];

    /// The order as addresses spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Updated => "updated",
            Self::Name => "name",
            Self::Page => "page",
            Self::Status => "status",
        }
    }
}

impl Store {
    /// The variants that a filter finds, `limit` of them from `offset` on, and how many there are in all.
    ///
    /// Searching by meaning through the whole site asks the space's HNSW index for the nearest. With a filter, or
    /// far down the list, it compares all vectors exactly: a filter on top of an HNSW scan loses rows or time.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a stored value is unreadable.
    pub async fn find_variants(
        &self,
        filter: &VariantFilter,
        wanting: &Wanting<'_>,
        offset: i64,
        limit: i64,
    ) -> Result<(Vec<ListedVariant>, i64), StoreError> {
        let near = match wanting.meaning {
            Some((to, space)) if !filter.narrows() && offset + limit <= nearest::MOST => {
                self.nearest_of_all(space, to).await?
            }
            _ => None,
        };
        // What the index found takes the place of comparing all.
        let compared = wanting.meaning.filter(|_| near.is_none());
        let vector = compared.map(|(to, _)| Vector::from(to.as_slice().to_vec()));
        let (ids, similarities): (Vec<i64>, Vec<f32>) = near
            .iter()
            .flatten()
            .map(|(variant, similarity)| (variant.0, *similarity))
            .unzip();
        let rows = sqlx::query!(
            r#"WITH near AS MATERIALIZED (
                   SELECT variant_id, (1 - (embedding <=> $8))::real AS similarity
                   FROM embeddings
                   WHERE $8::vector IS NOT NULL AND space_version = $9
                   UNION ALL
                   SELECT * FROM unnest($16::bigint[], $17::real[])
               ), found AS (
                   SELECT v.id, n.similarity,
                          CASE WHEN $18 THEN (SELECT count(*) FROM embeddings WHERE space_version = $9)
                               ELSE count(*) OVER () END AS total
                   FROM variants v
                   JOIN pages p ON p.id = v.page_id
                   LEFT JOIN near n ON n.variant_id = v.id
                   WHERE ($1::text IS NULL OR p.external_id = $1)
                     AND (NOT $2 OR v.head_segment IS NOT DISTINCT FROM $3)
                     AND ($4::text IS NULL OR v.head_locale = $4)
                     AND ($5::text IS NULL OR v.status = $5)
                     AND (NOT $6 OR v.status IN ('scheduled', 'published') AND v.head_revision <> v.published_revision)
                     AND ($7::text IS NULL OR v.head_author = $7)
                     AND (NOT $19 OR n.similarity IS NOT NULL)
                     AND ($10::text IS NULL
                       OR (v.id, v.head_revision) IN (
                           SELECT variant_id, number FROM revisions_with_words(to_tsquery('simple', $10)))
                       OR strpos(lower(v.external_id), $11) > 0)
                     AND (NOT $20 OR v.id IN (SELECT variant_id FROM unembedded_variants))
                   ORDER BY n.similarity DESC NULLS LAST,
                       CASE WHEN $12 = 'status' THEN array_position($15::text[], v.status) END,
                       CASE WHEN $12 = 'page' THEN p.path END,
                       CASE WHEN $12 IN ('name', 'page') THEN lower(v.head_name) END,
                       v.updated_at DESC, v.id DESC
                   OFFSET $13 LIMIT $14
               )
               SELECT v.id, v.external_id, v.head_name, p.path, v.head_segment,
                      s.name AS "segment_name?", v.head_locale, v.status, v.starts_at, v.ends_at,
                      v.head_revision, v.published_revision,
                      coalesce(u.name, v.head_author) AS "author!", v.updated_at, f.similarity,
                      w.waits IS NULL AS "embedded!", f.total AS "total!"
               FROM found f
               JOIN variants v ON v.id = f.id
               JOIN pages p ON p.id = v.page_id
               LEFT JOIN segments s ON s.key = v.head_segment
               LEFT JOIN users u ON u.email = v.head_author
               -- For each line by itself, instead of for all variants there are.
               LEFT JOIN LATERAL (
                   SELECT true AS waits FROM unembedded_variants w WHERE w.variant_id = v.id LIMIT 1
               ) w ON true
               ORDER BY f.similarity DESC NULLS LAST,
                   CASE WHEN $12 = 'status' THEN array_position($15::text[], v.status) END,
                   CASE WHEN $12 = 'page' THEN p.path END,
                   CASE WHEN $12 IN ('name', 'page') THEN lower(v.head_name) END,
                   v.updated_at DESC, v.id DESC"#,
            filter.page.as_ref().map(ExternalId::as_str),
            filter.segment.is_some(),
            filter.segment.iter().flatten().next().map(SegmentKey::as_str),
            filter.locale.as_ref().map(Locale::as_str),
            filter.status.map(Status::as_str),
            filter.changed,
            filter.author.as_deref(),
            vector as _,
            wanting.meaning.map_or(0, |(_, space)| space.version),
            wanting.words,
            wanting.name,
            filter.sort.as_str(),
            offset,
            limit,
            &Status::ALL.map(|status| status.to_string()),
            &ids,
            &similarities,
            near.is_some(),
            wanting.meaning.is_some(),
            filter.unembedded
        )
        .fetch_all(&self.pool)
        .await?;
        let total = rows.first().map_or(0, |row| row.total);
        let listed = rows
            .into_iter()
            .map(|row| {
                let key = row.head_segment.map(parse_key).transpose()?;
                Ok(ListedVariant {
                    id: VariantId(row.id),
                    external_id: parse_external_id(row.external_id)?,
                    name: row.head_name,
                    page_path: CanonicalPath::try_from(row.path)
                        .map_err(|error| StoreError::malformed("a page's path", &error))?,
                    segment: key.map(|key| {
                        let name = row.segment_name.unwrap_or_else(|| key.to_string());
                        (key, name)
                    }),
                    locale: parse_locale(row.head_locale)?,
                    status: parse_status(&row.status)?,
                    starts_at: row.starts_at,
                    ends_at: row.ends_at,
                    revision: row.head_revision,
                    published_revision: row.published_revision,
                    author: row.author,
                    updated_at: row.updated_at,
                    embedded: row.embedded,
                    similarity: row.similarity,
                })
            })
            .collect::<Result<_, StoreError>>()?;
        Ok((listed, total))
    }

    /// Whoever wrote the newest revision of a variant: what the audit log calls them, and their name.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn variant_authors(&self) -> Result<Vec<(String, String)>, StoreError> {
        let rows = sqlx::query!(
            r#"SELECT a.author AS "author!", coalesce(u.name, a.author) AS "name!"
               FROM (SELECT DISTINCT head_author AS author FROM variants) a
               LEFT JOIN users u ON u.email = a.author
               ORDER BY 2, 1
               LIMIT 200"#
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(|row| (row.author, row.name)).collect())
    }
}
