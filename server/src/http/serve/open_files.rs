//! Every connection is an open file, and the system allows a process only so many.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tracing::{debug, warn};

/// Files kept for everything else: databases, logs, programs, event loops.
const RESERVED: u64 = 256;

/// Raises the number of files this process may open as far as `connections` need and the system permits. Returns
/// how many connections there may be.
pub(super) fn make_room(connections: usize) -> usize {
    let wanted = u64::try_from(connections)
        .unwrap_or(u64::MAX)
        .saturating_add(RESERVED);
    let limit = getrlimit(Resource::Nofile);
    let Some(current) = limit.current.filter(|current| *current < wanted) else {
        return connections;
    };
    let raised = limit.maximum.map_or(wanted, |most| most.min(wanted));
    let set = setrlimit(
        Resource::Nofile,
        Rlimit {
            current: Some(raised),
            maximum: limit.maximum,
        },
    );
    let allowed = match set {
        Ok(()) => raised,
        Err(error) => {
            debug!(%error, "server.open_files: the limit stays as it is");
            current
        }
    };
    let room = room(connections, allowed);
    if room < connections {
        warn!(
            max_connections = connections,
            served = room,
            open_files = allowed,
            "server.open_files: the system allows fewer connections than configured; raise its limit (ulimit -n)"
        );
    }
    room
}

/// How many of `connections` have room within `files`; at least one.
fn room(connections: usize, files: u64) -> usize {
    let room = files.saturating_sub(RESERVED).max(1);
    usize::try_from(room).map_or(connections, |room| room.min(connections))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_files_for_everything_else() {
        let check = |connections, files, expected| {
            assert_eq!(room(connections, files), expected);
        };
        check(10_000, 1_048_576, 10_000);
        check(10_000, 10_256, 10_000);
        check(10_000, 1_024, 768);
        check(10_000, 64, 1);
        check(1, 1_024, 1);
    }
}
