import type { Daemon } from "../../daemon/daemon.ts";
import { by, type Metric, one, type Sample } from "./metric.ts";
import { dropCounts } from "../../daemon/drop_counts.ts";
import { trafficOf } from "../api/traffic.ts";

/** Traffic of the link (all frames) and of sessions (their payload); up is from the customer. */
function carried({ config, link, proxy, monitor }: Daemon) {
  const { mode } = config();
  const { receivedFrames, receivedBytes, sentFrames, sentBytes } = link.statistics;
  const sum = [0, 0, 0, 0];
  for (const traffic of monitor.peers.traffic(proxy.sessions.table).values()) {
    traffic.forEach((value, index) => sum[index] += value);
  }
  return {
    wire: trafficOf(mode, [receivedFrames, receivedBytes, sentFrames, sentBytes]),
    session: trafficOf(mode, sum),
  };
}

function staged(daemon: Daemon, unit: "frames" | "bytes"): Sample[] {
  return Object.entries(carried(daemon)).flatMap(([stage, traffic]) =>
    (["up", "down"] as const).map((direction) => ({
      value: traffic[`${unit}_${direction}`],
      labels: { stage, direction },
    }))
  );
}

/** Metrics of frames: carried on the wire and in sessions, and dropped. */
export const FRAMES: readonly Metric[] = [
  {
    type: "gauge",
    name: "interface_up",
    merge: "least",
    help: "Whether the interface is up",
    labels: ["interface"],
    read: ({ link }) => [{ value: link.up ? 1 : 0, labels: { interface: link.name } }],
  },
  {
    type: "counter",
    name: "frames_total",
    help: "Frames on this side's wire, and session frames carried; up is from the customer",
    labels: ["stage", "direction"],
    read: (daemon) => staged(daemon, "frames"),
  },
  {
    type: "counter",
    name: "bytes_total",
    help: "Bytes of these frames; for session frames, of their PPP payload",
    labels: ["stage", "direction"],
    read: (daemon) => staged(daemon, "bytes"),
  },
  {
    type: "counter",
    name: "drops_total",
    help: "Frames dropped, by reason",
    labels: ["reason"],
    read: (daemon) => by("reason", dropCounts(daemon)),
  },
  {
    type: "counter",
    name: "raw_socket_drops_total",
    help: "Frames that the kernel dropped because its receive buffer was full",
    labels: ["interface"],
    read: ({ link }) => [{ value: link.statistics.kernelDrops, labels: { interface: link.name } }],
  },
  {
    type: "counter",
    name: "udp_socket_drops_total",
    help: "Datagrams dropped because QUIC's receive buffer was full, or by a server's filter",
    read: ({ monitor }) => one(monitor.udpDrops.total),
  },
];
