import type { Violation } from "../tunnel/record/record.ts";
import type { TunnelEnd } from "../tunnel/close_reason.ts";
import type { Explanation } from "./explanation.ts";

const VERSIONS = "Use the same version on both sides; otherwise the peer is faulty or hostile.";

/** Why tunnels end and connections are refused. */
export const TUNNEL_ENDS: Readonly<Record<TunnelEnd["reason"], Explanation>> = {
  "connection-lost": {
    meaning: "The connection broke without a reason from the peer.",
    action: "The detail has the system's error. Check the network and whether the peer runs.",
  },
  "handshake-timeout": {
    meaning: "The connection did not log in in time.",
    action: "Check the path; on a server this is usually a port scan.",
  },
  "keepalive-timeout": {
    meaning: "Nothing was received for `[tunnel.keepalive] timeout`.",
    action: "Check path and peer. Raise the timeout on paths with long outages.",
  },
  "moved": {
    meaning: "The client moved to another server.",
  },
  "name-in-use": {
    meaning: "Another host is connected under this client's name.",
    action: "Give each client a name and a secret of its own; change the secret if it was stolen.",
  },
  "not-authenticated": {
    meaning: "Name, secret or certificate do not match.",
    action: "Compare `name` and the secret on both sides, and the server's SHA-256 with the pin.",
  },
  "not-reading": {
    meaning: "The peer did not read what it must receive, or the path is too slow for it.",
    action: "Check the peer's load and the path's capacity.",
  },
  "protocol-violation": {
    meaning: "The peer sent something that the protocol does not allow; the detail names it.",
    action: VERSIONS,
  },
  "replaced": {
    meaning: "The same client has connected again.",
  },
  "restart": {
    meaning: "The peer restarts and keeps its sessions.",
    action: "Nothing: the sessions resume as soon as it is back. If it stays away, see its log.",
  },
  "shutdown": {
    meaning: "The peer was stopped.",
    action: "Start it again.",
  },
  "too-many-connections": {
    meaning: "A limit of connections was reached; the detail names it.",
    action: "See `[tunnel.admission]`, and whether strangers flood the port.",
  },
  "unknown-reason": {
    meaning: "The peer gave a reason that this version does not know.",
    action: "Update this side.",
  },
  "unsupported-version": {
    meaning: "The peer speaks another version of the protocol.",
    action: "Update the older side.",
  },
};

/** Details of `protocol-violation`. */
export const VIOLATIONS: Readonly<Record<Violation, Explanation>> = {
  "control-too-long": { meaning: "A control record exceeds its maximum length.", action: VERSIONS },
  "datagram-rate": { meaning: "More useless datagrams than any path causes.", action: VERSIONS },
  "discovery-rate": { meaning: "Far more discovery than the limits allow.", action: VERSIONS },
  "discovery-too-long": { meaning: "A discovery record exceeds a frame.", action: VERSIONS },
  "ping-rate": { meaning: "More pings than keepalive needs.", action: VERSIONS },
  "resumed-unexpected": { meaning: "An answer to a list that was not sent.", action: VERSIONS },
  "sessions-too-many": { meaning: "A list of more sessions than can exist.", action: VERSIONS },
  "sessions-unexpected": { meaning: "A list of sessions at the wrong time.", action: VERSIONS },
  "sessions-unreadable": { meaning: "A malformed list of sessions.", action: VERSIONS },
  "unknown-control-type": { meaning: "An unknown type of control record.", action: VERSIONS },
  "unknown-record-kind": { meaning: "An unknown kind of record.", action: VERSIONS },
};
