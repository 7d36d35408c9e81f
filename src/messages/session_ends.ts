import type { SessionEnd } from "../proxy/session/session.ts";
import type { Explanation } from "./explanation.ts";

/** Why sessions end; `not-restored` only at the start of a daemon. */
export const SESSION_ENDS: Readonly<Record<SessionEnd | "not-restored", Explanation>> = {
  "ac-address": {
    meaning: "The customer's address proved to be an AC's.",
    action: "Look for a host that imitates an AC, or for a loop between the segments.",
  },
  "address-changed": {
    meaning: "The interface has a new MAC address, and the other host only knows the old one.",
    action: "Nothing: the customer dials again. Give the interface a fixed address if it repeats.",
  },
  "admin": {
    meaning: "An operator ended the session.",
  },
  "client-removed": {
    meaning: "A reload removed the client from the server's configuration.",
  },
  "gave-way": {
    meaning: "The AC no longer answered, and the same customer dialled again at a limit.",
    action: "Nothing: the old session was dead.",
  },
  "idle": {
    meaning: "No frame from the AC for `[sessions] idle_timeout`.",
    action: "Nothing, if the host is gone. Otherwise turn on LCP echoes at the customer or the AC.",
  },
  "lcp-terminated": {
    meaning: "Both hosts terminated the PPP link, and no PADT followed.",
    action: "Nothing: this is a normal end.",
  },
  "not-resumed": {
    meaning: "After a reconnection the other side no longer had the session.",
    action: "Set `state_dir` on both sides, so that sessions survive a restart.",
  },
  "not-restored": {
    meaning:
      "The daemon was restarted, and its configuration or interface no longer fits the session.",
    action:
      "Nothing: the customer dials again. Sessions continue if client, interface and MAC address stay.",
  },
  "padt-ac": {
    meaning: "The AC ended the session.",
    action: "See the AC's log for the reason: a wrong password, a time limit, a second login.",
  },
  "padt-customer": {
    meaning: "The customer ended the session.",
    action: "Nothing, unless it repeats; then see the log of the customer's router.",
  },
  "replaced": {
    meaning: "The AC gave its id to a new session.",
    action: "Nothing: the AC had already forgotten the old session.",
  },
  "server-changed": {
    meaning: "The client changed to another server, which does not have the session.",
    action: "Nothing: the customer dials again.",
  },
  "shutdown": {
    meaning: "The daemon was stopped and did not keep its sessions.",
    action: "Set `state_dir` to keep sessions across restarts.",
  },
  "tunnel-lost": {
    meaning: "The tunnel did not return within `[sessions] resume_grace`.",
    action: "Find out why the tunnel was down (`status`); raise `resume_grace` for long outages.",
  },
  "unwanted": {
    meaning: "The client did not want the session: its customer no longer asked, or is at a limit.",
    action: "Nothing, unless it repeats; then see `refused` in the client's log.",
  },
};
