//! One connection to a single server or to a cluster, made when it is first needed.

use std::time::Duration;

use redis::aio::{ConnectionLike, ConnectionManager, ConnectionManagerConfig};
use redis::cluster::{ClusterClient, ClusterClientBuilder};
use redis::cluster_async::ClusterConnection;
use redis::{
    Client, Cmd, IntoConnectionInfo as _, Pipeline, ProtocolVersion, RedisFuture, RedisResult,
    Value,
};
use tokio::sync::OnceCell;

/// Addresses that begin with this name the nodes of a cluster.
const CLUSTER_SCHEME: &str = "redis-cluster://";

/// Makes the connection, and makes it again when it is lost.
pub(super) struct Connector {
    server: Server,
    timeout: Duration,
    made: OnceCell<Connection>,
}

enum Server {
    Single(Client),
    Cluster(Box<ClusterClient>),
}

/// A connection that many tasks use at the same time. Cloning is cheap.
#[derive(Clone)]
pub(super) enum Connection {
    Single(ConnectionManager),
    Cluster(ClusterConnection),
}

impl Connector {
    /// Reads `redis://…`, `rediss://…`, `redis+unix://…`, or `redis-cluster://` with the nodes
    /// separated by commas. Nothing is connected yet. RESP3 is spoken.
    pub(super) fn new(url: &str, timeout: Duration) -> RedisResult<Self> {
        let server = if let Some(nodes) = url.strip_prefix(CLUSTER_SCHEME) {
            let nodes = nodes.split(',').map(|node| format!("redis://{node}"));
            let client = ClusterClientBuilder::new(nodes)
                .use_protocol(ProtocolVersion::RESP3)
                .retries(0)
                .connection_timeout(timeout)
                .response_timeout(timeout)
                .build()?;
            Server::Cluster(Box::new(client))
        } else {
            let info = url.into_connection_info()?;
            let settings = info.redis_settings().clone();
            let info = info.set_redis_settings(settings.set_protocol(ProtocolVersion::RESP3));
            Server::Single(Client::open(info)?)
        };
        Ok(Self {
            server,
            timeout,
            made: OnceCell::new(),
        })
    }

    /// Whether the values of one pipeline must all have the same slot.
    pub(super) fn is_cluster(&self) -> bool {
        matches!(self.server, Server::Cluster(_))
    }

    pub(super) async fn connection(&self) -> RedisResult<Connection> {
        self.made.get_or_try_init(|| self.connect()).await.cloned()
    }

    async fn connect(&self) -> RedisResult<Connection> {
        Ok(match &self.server {
            Server::Single(client) => {
                let config = ConnectionManagerConfig::new()
                    .set_number_of_retries(0)
                    .set_connection_timeout(Some(self.timeout))
                    .set_response_timeout(Some(self.timeout));
                Connection::Single(
                    ConnectionManager::new_with_config(client.clone(), config).await?,
                )
            }
            Server::Cluster(client) => Connection::Cluster(client.get_async_connection().await?),
        })
    }
}

impl ConnectionLike for Connection {
    fn req_packed_command<'a>(&'a mut self, command: &'a Cmd) -> RedisFuture<'a, Value> {
        match self {
            Self::Single(connection) => connection.req_packed_command(command),
            Self::Cluster(connection) => connection.req_packed_command(command),
        }
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        pipeline: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        match self {
            Self::Single(connection) => connection.req_packed_commands(pipeline, offset, count),
            Self::Cluster(connection) => connection.req_packed_commands(pipeline, offset, count),
        }
    }

    fn get_db(&self) -> i64 {
        match self {
            Self::Single(connection) => connection.get_db(),
            Self::Cluster(connection) => connection.get_db(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_a_server_or_the_nodes_of_a_cluster() {
        let check = |url: &str, expected: Option<bool>| {
            let made = Connector::new(url, Duration::from_millis(50)).ok();
            let cluster = made.map(|made| made.is_cluster());
            assert_eq!(cluster, expected, "{url}");
        };
        check("redis://127.0.0.1:6379", Some(false));
        check("redis://user:secret@cache.example:6379/2", Some(false));
        check("redis-cluster://127.0.0.1:7000,127.0.0.1:7001", Some(true));
        check("http://127.0.0.1", None);
        check("redis-cluster://", None);
    }
}
