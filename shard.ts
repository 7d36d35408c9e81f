/** Entry of a server's further threads (docs/shards.md). */
import "./src/shards/shard_worker.ts";
