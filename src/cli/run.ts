import { openLink } from "../../ffi/link/open_link.ts";
import { raiseOpenFileLimit } from "../../ffi/file/open_files.ts";
import { mapLargeBlocks } from "../../ffi/process/spare_memory.ts";
import { tuneSocketsOf } from "../../ffi/socket/tcp.ts";
import { setTcpOptions } from "../../ffi/socket/tcp_options.ts";
import { Admin } from "../admin/http/admin.ts";
import { formatAddress } from "../config/addresses.ts";
import { loadConfig } from "../config/load.ts";
import { transportsOf } from "../config/transports.ts";
import type { Config } from "../config/types.ts";
import { configureLogging, logger } from "../log.ts";
import { commit, VERSION } from "../version.ts";
import type { Daemon } from "../daemon/daemon.ts";
import { startClient, startServer } from "../daemon/build.ts";
import type { ShardPool } from "../shards/pool.ts";
import type { Arguments } from "./arguments.ts";
import { chosenConfig } from "./config_option.ts";
import { reclaimMemory } from "../daemon/memory_reclaim.ts";
import { Service, serviceEnvironment } from "../daemon/sd_notify.ts";
import { serviceStatus } from "../daemon/service_status.ts";
import { Signals } from "./signals.ts";
import { startTelemetry } from "./telemetry.ts";

const log = logger("main");

type RunSignals = Signals<"SIGHUP" | "SIGUSR1" | "SIGTERM" | "SIGINT">;

/**
 * `run`: runs the daemon until SIGTERM or SIGINT; SIGHUP reloads the configuration,
 * SIGUSR1 makes a client connect now. Exit code 0 after a clean shutdown, 78 or 1 if the checks before
 * the start find errors.
 */
export async function runCommand(args: Arguments): Promise<number> {
  mapLargeBlocks();
  using signals = new Signals(["SIGHUP", "SIGUSR1", "SIGTERM", "SIGINT"]);
  const config = await loadConfig(chosenConfig(args));
  configureLogging(config.log);
  log.info("starting", startFacts(config));
  raiseOpenFileLimit();
  const { checkStart } = await import("./start_check.ts"); // not needed afterwards
  const refused = await checkStart(config);
  if (refused !== 0) return refused;
  const admin = await Admin.open(config);
  try {
    return await runLinked(config, admin, signals);
  } finally {
    admin.close();
  }
}

async function runLinked(config: Config, admin: Admin, signals: RunSignals): Promise<number> {
  const shards = await openShards(config);
  const link = openLink({
    interface: config.interface.name,
    promiscuous: config.interface.mac === "transparent",
    etherTypes: config.interface.etherTypes,
    ringFrames: config.interface.ringFrames,
    sharesThread: transportsOf(config.tunnel.transport).includes("quic"),
    ...(shards && { shard: shards.first }),
  });
  let daemon: Daemon;
  try {
    daemon = config.mode === "server"
      ? await startServer(config, link, tuneSocketsOf, shards)
      : await startClient(config, link, setTcpOptions);
  } catch (error) {
    link.close();
    throw error;
  }
  admin.serve(daemon);
  await startTelemetry(daemon);
  const memory = reclaimMemory(link.statistics);
  try {
    return await untilStopped(daemon, signals);
  } finally {
    memory.stop();
  }
}

/** Returns what runs, with which configuration, on which side of which addresses. */
function startFacts(config: Config): Record<string, string | number> {
  const { tunnel } = config;
  const id = commit();
  return {
    version: VERSION,
    ...(id !== null && { commit: id }),
    deno: Deno.version.deno,
    mode: config.mode,
    config: config.file,
    interface: config.interface.name,
    transport: tunnel.transport,
    ...("listen" in tunnel
      ? { listen: tunnel.listen.map(formatAddress).join(" ") }
      : { connect: tunnel.connect.map(formatAddress).join(" "), name: tunnel.name }),
    ...(config.mode === "server" && { threads: config.shards, clients: config.clients.length }),
  };
}

/** Starts the further threads that the configuration wants; a daemon of one loads none of it. */
async function openShards(config: Config): Promise<ShardPool | undefined> {
  if (config.mode !== "server" || config.shards === 1) return undefined;
  const { ShardPool } = await import("../shards/pool.ts");
  return new ShardPool(config.shards);
}

async function untilStopped(daemon: Daemon, signals: RunSignals): Promise<number> {
  const service = new Service(serviceEnvironment(), () => serviceStatus(daemon));
  let stopping = false;
  const stop = (signal: Deno.Signal, final: boolean): void => {
    if (stopping) return;
    stopping = true;
    log.info("stop requested", { signal });
    service.stopping();
    daemon.stop(final).catch((error) => log.error("stop failed", { error: String(error) }));
  };
  const reload = async (): Promise<void> => {
    service.reloading();
    await daemon.reload().catch(() => {}); // the daemon has logged the error
    service.ready();
  };
  signals.handle({
    SIGHUP: () => void reload(),
    SIGUSR1: () => daemon.retry(),
    SIGTERM: () => stop("SIGTERM", false),
    SIGINT: () => stop("SIGINT", true),
  });
  service.ready();
  try {
    await daemon.ended;
    log.info("stopped");
    return 0;
  } finally {
    service.close();
  }
}
