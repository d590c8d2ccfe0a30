//! The threads that own connections.

use std::io;
use std::net::{SocketAddr, TcpStream as StdTcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use hyper_util::rt::TokioExecutor;
use hyper_util::server::conn::auto::Builder;
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, mpsc, watch as channel};
use tokio::task::AbortHandle;
use tokio::time::{MissedTickBehavior, interval};
use tokio_rustls::TlsAcceptor;
use tracing::error;

use super::connection;
use super::requests::Requests;
use super::tls::Tls;
use super::watch::{Clock, Verdict, Watch};

/// How often connections are looked at during a stop.
const DRAIN_PERIOD: Duration = Duration::from_millis(20);

/// All workers. When this is dropped they close what is open and end.
#[derive(Debug)]
pub(super) struct Workers {
    workers: Vec<Worker>,
}

#[derive(Debug)]
struct Worker {
    orders: mpsc::UnboundedSender<Order>,
    open: Arc<AtomicUsize>,
    /// Closed when the thread has closed its connections.
    running: channel::Sender<()>,
}

/// A new connection, on its way to the worker that will own it.
#[derive(Debug)]
pub(super) struct Accepted {
    stream: StdTcpStream,
    peer: SocketAddr,
    place: OwnedSemaphorePermit,
}

#[derive(Debug)]
enum Order {
    Serve(Accepted, Seat),
    Drain,
}

/// A connection's part in its worker's count.
#[derive(Debug)]
struct Seat(Arc<AtomicUsize>);

/// A connection as its worker sees it.
#[derive(Debug)]
struct Open {
    watch: Arc<Watch>,
    task: AbortHandle,
}

/// What a thread works with.
struct Shop {
    requests: Arc<Requests>,
    protocols: Arc<Builder<TokioExecutor>>,
    tls: Option<TlsAcceptor>,
    clock: Arc<Clock>,
}

impl Workers {
    /// Starts `threads` threads, at least one.
    pub(super) fn start(
        threads: usize,
        requests: &Arc<Requests>,
        tls: Option<&Tls>,
    ) -> io::Result<Self> {
        let workers = (0..threads.max(1))
            .map(|number| Worker::start(number, requests, tls))
            .collect::<io::Result<_>>()?;
        Ok(Self { workers })
    }

    /// Gives a connection to the worker that has the fewest.
    pub(super) fn hand_over(&self, accepted: Accepted) {
        let least_busy = self
            .workers
            .iter()
            .filter(|worker| !worker.orders.is_closed())
            .min_by_key(|worker| worker.open());
        let Some(worker) = least_busy else {
            error!("server.worker: every thread that serves connections has failed");
            return;
        };
        let seat = Seat::take(&worker.open);
        // Should it end this very moment, the connection closes.
        let _ = worker.orders.send(Order::Serve(accepted, seat));
    }

    /// How many connections are open.
    pub(super) fn open(&self) -> usize {
        self.workers.iter().map(Worker::open).sum()
    }

    /// Closes idle connections at once and the others after their requests in flight; completes when none is left.
    pub(super) async fn drain(&self) {
        for worker in &self.workers {
            // A worker that has ended has nothing open.
            let _ = worker.orders.send(Order::Drain);
        }
        for worker in &self.workers {
            worker.running.closed().await;
        }
    }
}

impl Worker {
    fn start(number: usize, requests: &Arc<Requests>, tls: Option<&Tls>) -> io::Result<Self> {
        let shop = Shop {
            requests: Arc::clone(requests),
            protocols: Arc::new(connection::protocols()),
            tls: tls.map(|tls| tls.acceptor().clone()),
            clock: Clock::start(),
        };
        let (orders, inbox) = mpsc::unbounded_channel();
        let (running, runs) = channel::channel(());
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        thread::Builder::new()
            .name(format!("serve-{number}"))
            .spawn(move || {
                runtime.block_on(shop.run(inbox));
                // Closes whatever is still open.
                drop(runtime);
                drop(runs);
            })?;
        Ok(Self {
            orders,
            open: Arc::new(AtomicUsize::new(0)),
            running,
        })
    }

    fn open(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }
}

impl Accepted {
    /// Takes a connection out of the event loop that accepted it.
    pub(super) fn new(
        stream: TcpStream,
        peer: SocketAddr,
        place: OwnedSemaphorePermit,
    ) -> io::Result<Self> {
        // Answers leave at once instead of waiting for more to send.
        stream.set_nodelay(true)?;
        let stream = stream.into_std()?;
        Ok(Self {
            stream,
            peer,
            place,
        })
    }
}

impl Shop {
    /// Serves connections until it is told to drain and none is left, or until nobody gives orders any more.
    async fn run(self, mut inbox: mpsc::UnboundedReceiver<Order>) {
        let mut open: Vec<Open> = Vec::new();
        let mut draining = false;
        let mut look = interval(self.requests.limits().period());
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while !draining || !open.is_empty() {
            tokio::select! {
                order = inbox.recv() => match order {
                    Some(Order::Serve(accepted, seat)) => open.extend(self.open(accepted, seat)),
                    Some(Order::Drain) => {
                        draining = true;
                        for connection in &open {
                            connection.watch.close();
                        }
                        look = interval(DRAIN_PERIOD);
                        // The first tick of an interval comes at once; this gives connections a turn to close.
                        look.reset();
                    }
                    None => return,
                },
                _ = look.tick() => {
                    self.clock.advance(look.period());
                    open.retain(|connection| !connection.task.is_finished());
                    for connection in &open {
                        self.judge(connection, draining);
                    }
                }
            }
        }
    }

    fn open(&self, accepted: Accepted, seat: Seat) -> Option<Open> {
        let Accepted {
            stream,
            peer,
            place,
        } = accepted;
        let stream = TcpStream::from_std(stream)
            .inspect_err(|error| error!(%error, "server.worker: a connection cannot be served"))
            .ok()?;
        let watch = Watch::new(Arc::clone(&self.clock));
        let connection = connection::serve(
            stream,
            peer,
            self.tls.clone(),
            Arc::clone(&self.protocols),
            Arc::clone(&self.requests),
            Arc::clone(&watch),
        );
        let task = tokio::spawn(async move {
            let _held = (seat, place);
            connection.await;
        });
        Some(Open {
            watch,
            task: task.abort_handle(),
        })
    }

    fn judge(&self, connection: &Open, draining: bool) {
        match connection.watch.verdict(self.requests.limits()) {
            Verdict::Cut => connection.task.abort(),
            // Whoever has not got round to a request by now would have none in flight later either.
            Verdict::Keep | Verdict::Close if draining && connection.watch.at_rest() => {
                connection.task.abort();
            }
            Verdict::Close => connection.watch.close(),
            Verdict::Keep => {}
        }
    }
}

impl Seat {
    fn take(open: &Arc<AtomicUsize>) -> Self {
        open.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(open))
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
