//! What can be seen of the engine from outside, in Prometheus' terms.
//!
//! Label values are words of ours: nothing a visitor sends can add a time series.

mod by_segment;
mod latency;

use domain::SegmentId;
use domain::segment::Segment;
use prometheus::{
    Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts,
    Registry, TextEncoder,
};

use crate::engine::{CacheResult, Source};

use by_segment::BySegment;

pub use latency::Latency;

/// Upper bounds of answer times, in seconds: from a hit in memory to the budget of a miss.
const ANSWER_SECONDS: [f64; 14] = [
    0.000_01, 0.000_025, 0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025,
    0.05, 0.1, 0.25,
];
/// Upper bounds of the times of single steps, in seconds.
const STEP_SECONDS: [f64; 11] = [
    0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0,
];
const SOURCES: [Source; 4] = [
    Source::Memory,
    Source::Redis,
    Source::Vector,
    Source::Default,
];

/// Counters, gauges and histograms of one engine.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    /// By result and source; looked up once, because a hit should cost two additions.
    requests: [[IntCounter; SOURCES.len()]; CacheResult::ALL.len()],
    request_seconds: [Histogram; CacheResult::ALL.len()],
    segment_seconds: BySegment,
    pub(crate) vector_query_seconds: Histogram,
    pub(crate) render_seconds: Histogram,
    pub(crate) redis_lookups: IntCounterVec,
    pub(crate) redis_errors: IntCounterVec,
    pub(crate) redis_locks: IntCounterVec,
    pub(crate) breaker_open: IntGaugeVec,
    pub(crate) catalog_revision: IntGauge,
    pub(crate) catalog_confirmed: IntGauge,
    pub(crate) catalog_listening: IntGauge,
    pub(crate) catalog_failures: IntCounter,
    pub(crate) warm_done: IntGauge,
    pub(crate) warm_total: IntGauge,
    pub(crate) warm_values: IntCounterVec,
    pub(crate) embedding_done: IntGauge,
    pub(crate) embedding_total: IntGauge,
    pub(crate) embedded_texts: IntCounter,
    pub(crate) index_missing: IntGauge,
    pub(crate) index_repairs: IntCounterVec,
    pub(crate) memory_bytes: IntGauge,
    pub(crate) memory_entries: IntGaugeVec,
    pub(crate) shed: IntCounterVec,
    pub(crate) terms_left_out: IntCounter,
    pub(crate) terms_learnt: IntCounterVec,
}

impl Metrics {
    /// Metrics in a registry of their own.
    ///
    /// # Errors
    /// [`prometheus::Error`] when two metrics have one name, which would be a mistake of this file.
    pub fn new() -> prometheus::Result<Self> {
        let make = Maker(Registry::new());
        let (requests, seconds) = make.answers()?;
        Ok(Self {
            requests: CacheResult::ALL.map(|result| {
                SOURCES
                    .map(|source| requests.with_label_values(&[result.as_str(), source.as_str()]))
            }),
            request_seconds: CacheResult::ALL
                .map(|result| seconds.with_label_values(&[result.as_str()])),
            segment_seconds: BySegment::new(make.histograms(
                "landfall_segment_duration_seconds",
                "Time from the request's head to the answer's, by the visitor's segment.",
                "segment",
            )?),
            vector_query_seconds: make.histogram(
                "landfall_vector_query_duration_seconds",
                "Time of one question to pgvector.",
            )?,
            render_seconds: make.histogram(
                "landfall_render_duration_seconds",
                "Time to render and compress one body, waiting for a thread included.",
            )?,
            redis_lookups: make.counters(
                "landfall_redis_lookups_total",
                "Values asked of Redis: hit, miss, or damaged.",
                &["outcome"],
            )?,
            redis_errors: make.counters(
                "landfall_redis_errors_total",
                "Commands that Redis refused or did not answer in time.",
                &["command"],
            )?,
            redis_locks: make.counters(
                "landfall_redis_locks_total",
                "Computations one node was to make for all: won, spared, or given up waiting for.",
                &["outcome"],
            )?,
            breaker_open: make.gauges(
                "landfall_breaker_open",
                "1 while a service is left alone after failures.",
                "service",
            )?,
            catalog_revision: make.gauge(
                "landfall_catalog_revision",
                "Revision of the catalog in use.",
            )?,
            catalog_confirmed: make.gauge(
                "landfall_catalog_confirmed_timestamp_seconds",
                "When the catalog was last known to be the newest, in seconds since 1970.",
            )?,
            catalog_listening: make.gauge(
                "landfall_catalog_listening",
                "1 while news of publications can be heard.",
            )?,
            catalog_failures: make.counter(
                "landfall_catalog_failures_total",
                "Times the catalog could not be loaded or listened for.",
            )?,
            warm_done: make.gauge(
                "landfall_warm_done",
                "Decisions of the present catalog that are in memory with their bodies.",
            )?,
            warm_total: make.gauge(
                "landfall_warm_total",
                "Decisions of the present catalog that the warmer wants in memory.",
            )?,
            warm_values: make.counters(
                "landfall_warm_values_total",
                "Values the warmer put into memory: decisions, bodies rendered, bodies fetched \
                 from Redis.",
                &["kind"],
            )?,
            embedding_done: make.gauge(
                "landfall_embedding_job_done",
                "Texts that the present pass of this node's embedding job is done with.",
            )?,
            embedding_total: make.gauge(
                "landfall_embedding_job_total",
                "Texts of that pass; 0 while this node works on no job.",
            )?,
            embedded_texts: make.counter(
                "landfall_embedding_job_texts_total",
                "Texts that embedding jobs had embedded here.",
            )?,
            index_missing: make.gauge(
                "landfall_embedding_index_missing",
                "1 while the index of the space that decides is missing or invalid.",
            )?,
            index_repairs: make.counters(
                "landfall_embedding_index_repairs_total",
                "Indexes that were missing or invalid: built here, or failed to be.",
                &["outcome"],
            )?,
            memory_bytes: make.gauge(
                "landfall_memory_cache_bytes",
                "Bytes of finished bodies in memory.",
            )?,
            memory_entries: make.gauges(
                "landfall_memory_cache_entries",
                "Entries in memory, by kind.",
                "kind",
            )?,
            shed: make.counters(
                "landfall_background_shed_total",
                "Background work put off so that visitors come first.",
                &["work"],
            )?,
            terms_left_out: make.counter(
                "landfall_terms_left_out_total",
                "Campaign terms left out of a decision because no vector was to be had in time.",
            )?,
            terms_learnt: make.counters(
                "landfall_terms_learnt_total",
                "Campaign terms whose vectors came into memory, by where they were found: redis, \
                 database, or model when they had to be embedded.",
                &["source"],
            )?,
            registry: make.0,
        })
    }

    /// Counts an answer to a visitor of `segment` that took `seconds`.
    pub fn answered(&self, result: CacheResult, source: Source, segment: &Segment, seconds: f64) {
        self.requests[result as usize][source as usize].inc();
        self.request_seconds[result as usize].observe(seconds);
        self.segment_seconds.observe(segment, seconds);
    }

    /// How many answers had this cache result, since the process started.
    pub(crate) fn answers(&self, result: CacheResult) -> u64 {
        let by_source = &self.requests[result as usize];
        by_source.iter().map(IntCounter::get).sum()
    }

    /// How long answers with this cache result took, since the process started.
    pub fn latency(&self, result: CacheResult) -> Latency {
        Latency::of(&self.request_seconds[result as usize])
    }

    /// How long answers to visitors of `segment` took, since the process started; `None` when there
    /// were none.
    pub fn segment_latency(&self, segment: SegmentId) -> Option<Latency> {
        self.segment_seconds.latency(segment)
    }

    /// Shows what memory holds.
    pub(crate) fn remembered(&self, decisions: usize, bodies: usize, bytes: u64) {
        let entries = &self.memory_entries;
        let number = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        entries
            .with_label_values(&["decision"])
            .set(number(decisions));
        entries.with_label_values(&["body"]).set(number(bodies));
        self.memory_bytes
            .set(i64::try_from(bytes).unwrap_or(i64::MAX));
    }

    /// Adds a metric that is measured elsewhere.
    ///
    /// # Errors
    /// [`prometheus::Error`] when there is one of that name already.
    pub fn register(
        &self,
        collector: Box<dyn prometheus::core::Collector>,
    ) -> prometheus::Result<()> {
        self.registry.register(collector)
    }

    /// Everything in Prometheus' text format.
    ///
    /// # Errors
    /// [`prometheus::Error`] when a metric cannot be written.
    pub(crate) fn text(&self) -> prometheus::Result<String> {
        TextEncoder::new().encode_to_string(&self.registry.gather())
    }
}

/// Makes metrics that are registered.
struct Maker(Registry);

impl Maker {
    fn register<M: prometheus::core::Collector + Clone + 'static>(
        &self,
        metric: M,
    ) -> prometheus::Result<M> {
        self.0.register(Box::new(metric.clone()))?;
        Ok(metric)
    }

    fn answers(&self) -> prometheus::Result<(IntCounterVec, HistogramVec)> {
        let requests = self.counters(
            "landfall_requests_total",
            "Landing pages answered, by cache result and by the furthest place asked.",
            &["cache", "source"],
        )?;
        let seconds = self.histograms(
            "landfall_request_duration_seconds",
            "Time from the request's head to the answer's, by cache result.",
            "cache",
        )?;
        Ok((requests, seconds))
    }

    fn counter(&self, name: &str, help: &str) -> prometheus::Result<IntCounter> {
        self.register(IntCounter::new(name, help)?)
    }

    fn counters(
        &self,
        name: &str,
        help: &str,
        labels: &[&str],
    ) -> prometheus::Result<IntCounterVec> {
        self.register(IntCounterVec::new(Opts::new(name, help), labels)?)
    }

    fn gauge(&self, name: &str, help: &str) -> prometheus::Result<IntGauge> {
        self.register(IntGauge::new(name, help)?)
    }

    fn gauges(&self, name: &str, help: &str, label: &str) -> prometheus::Result<IntGaugeVec> {
        self.register(IntGaugeVec::new(Opts::new(name, help), &[label])?)
    }

    fn histogram(&self, name: &str, help: &str) -> prometheus::Result<Histogram> {
        let options = HistogramOpts::new(name, help).buckets(STEP_SECONDS.to_vec());
        self.register(Histogram::with_opts(options)?)
    }

    fn histograms(&self, name: &str, help: &str, label: &str) -> prometheus::Result<HistogramVec> {
        let options = HistogramOpts::new(name, help).buckets(ANSWER_SECONDS.to_vec());
        self.register(HistogramVec::new(options, &[label])?)
    }
}
