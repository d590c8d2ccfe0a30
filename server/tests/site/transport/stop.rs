//! The end of a server.

use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use tokio::sync::Semaphore;

use super::{Connection, SHORT, limited, request, site_extended};
use crate::support::{eventually, options};

/// A route, `/api/wait`, that says when it is asked and waits until it may answer.
#[derive(Clone)]
struct Gate {
    asked: Arc<Semaphore>,
    open: Arc<Semaphore>,
}

impl Gate {
    fn new() -> Self {
        let [asked, open] = [(); 2].map(|()| Arc::new(Semaphore::new(0)));
        Self { asked, open }
    }

    fn extend(&self, router: Router) -> Router {
        let gate = self.clone();
        let wait = move || async move {
            gate.asked.add_permits(1);
            let _open = gate.open.acquire().await;
            "done"
        };
        router.route("/api/wait", get(wait))
    }

    /// Sends a request that is in flight when this returns.
    async fn ask(&self, connection: &mut Connection) {
        connection.send(request("GET", "/api/wait"));
        let asked = self.asked.acquire().await.expect("it is not closed");
        asked.forget();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_finishes_what_is_in_flight_and_accepts_nothing_more() {
    let gate = Gate::new();
    let generous = limited(|limits| limits.drain = Duration::from_mins(1));
    let mut node = site_extended(generous, |router| gate.extend(router)).await;
    let mut idle = Connection::open(node.address);
    assert_eq!(idle.get("/pricing").status, 200);
    let mut begun = Connection::open(node.address);
    begun.send("GET /pri");
    let mut waiting = Connection::open(node.address);
    gate.ask(&mut waiting).await;

    node.begin_to_stop();
    assert_eq!((idle.closed(), begun.closed()), (0, 0));
    let address = node.address;
    eventually("the listener closes", || TcpStream::connect(address).err()).await;
    gate.open.add_permits(1);
    assert_eq!(waiting.answer().text(), "done");
    assert_eq!(waiting.closed(), 0);
    assert_eq!(node.stopped().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_finish_in_time_is_cut_off_and_counted() {
    let gate = Gate::new();
    let hasty = limited(|limits| limits.drain = SHORT);
    let mut node = site_extended(hasty, |router| gate.extend(router)).await;
    let mut waiting = [(); 2].map(|()| Connection::open(node.address));
    for connection in &mut waiting {
        gate.ask(connection).await;
    }
    node.begin_to_stop();
    assert_eq!(node.stopped().await, 2);
    assert_eq!(waiting.each_mut().map(Connection::closed), [0, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_dropped_leaves_nothing_behind() {
    let gate = Gate::new();
    let node = site_extended(options(), |router| gate.extend(router)).await;
    let mut waiting = Connection::open(node.address);
    gate.ask(&mut waiting).await;
    // The router, and with it the gate, lives for as long as any of the server's threads.
    let held = Arc::downgrade(&gate.open);
    drop(gate);
    assert!(held.upgrade().is_some());
    drop(node);
    assert_eq!(waiting.closed(), 0);
    eventually("the threads end", || held.upgrade().is_none().then_some(())).await;
}
