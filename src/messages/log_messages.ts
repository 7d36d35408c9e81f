import type { Explanation } from "./explanation.ts";

const DISK = "Check the disk, its permissions and its free space.";

/** Every message of the log. */
export const LOG_MESSAGES = {
  "AC answers again": { meaning: "An AC has answered a PADI after a silence." },
  "AC does not answer": {
    meaning: "Several PADIs of the last seconds had no answer; the line has their number.",
    action:
      "On a server check the AC, its VLAN and the cable. On a client see the server's log: it may drop PADIs.",
  },
  "AC refused": {
    meaning:
      "An AC answered a customer with an error, or refused its login (`answer` is PAP, CHAP or EAP).",
    action:
      "Look up `words` at the AC: a service name, limit or address; at a login, user name or password.",
  },
  "PADI pacing ended": { meaning: "The AC answers PADIs without delay again." },
  "PADI pacing started": {
    meaning: "The AC limits PADIs by address, so customers wait for their turn.",
    action: "See docs/operations.md for what to set on the AC.",
  },
  "PPP-Max-Payload lowered": {
    meaning: "A host asked for longer frames (RFC 4638) than this interface carries.",
    action: "Give the interfaces on both sides an MTU of 1508, if the path to the AC carries it.",
  },
  "QUIC Initial flood ended": { meaning: "New QUIC connections are all looked at again." },
  "QUIC Initial flood started": {
    meaning: "Strangers send so many first packets that only a share is looked at.",
    action: "Nothing: known clients pass. A firewall in front may block the senders.",
  },
  "accept failed": {
    meaning: "A connection could not be accepted.",
    action: "The error says what is short: open files (`LimitNOFILE=`) or memory.",
  },
  "admin request": { meaning: "An operator or a program changed something through the API." },
  "admin request refused": {
    meaning: "A request had no valid token, or no permission for what it asked.",
    action: "Check the token; look at the address if nobody of yours sent it.",
  },
  "admin socket unavailable": {
    meaning: "The admin socket could not be opened; the daemon runs without it.",
    action: "Check the directory in the error, and that no other daemon uses the socket.",
  },
  "capture": { meaning: "A capture was started or has ended." },
  "capture not started": {
    meaning: "The configured capture could not be started.",
    action: "Check `[capture] directory` and its permissions.",
  },
  "capture started": { meaning: "The configured capture is running." },
  "capture stopped": { meaning: "The configured capture failed.", action: DISK },
  "capture with secrets": {
    meaning: "A capture records passwords of PAP, CHAP and EAP.",
    action: "Keep the file private.",
  },
  "carrier found": { meaning: "Something is connected to the interface again." },
  "certificate": { meaning: "A certificate in use, its SHA-256 and its last day." },
  "certificate warning": {
    meaning:
      "A certificate expires soon, has expired or is not valid yet. A pinned one still works.",
    action: "Make a new one with `keygen certificate`; pin it on the clients before it is used.",
  },
  "client address changed": {
    meaning:
      "Packets of a client's QUIC tunnel come from another address: its NAT gave it a new one.",
  },
  "client name in use": {
    meaning: "A client was refused because another host is connected under its name.",
    action: "Give each client a name and a secret of its own; change the secret if it was stolen.",
  },
  "connect failed": {
    meaning: "An attempt to connect to the server failed; the line has the cause and the next try.",
    action: "The cause says what to check. The same cause is logged less and less often.",
  },
  "connection failed": { meaning: "A connection to the admin socket failed." },
  "connection lost": { meaning: "A reader of the admin API went away." },
  "drain ended": { meaning: "New sessions are accepted again." },
  "drain started": { meaning: "New sessions are refused; open ones continue." },
  "dropped": {
    meaning: "A packet was dropped.",
    action: "See the reason among the drop reasons.",
  },
  "dropped invalid rows from the session database": {
    meaning: "Rows of the session database were damaged; their sessions are gone.",
    action: "Check the disk.",
  },
  "earlier process did not stop": {
    meaning: "The process before this one crashed, was killed, or its machine was reset.",
    action: "Do what `remedy` says.",
  },
  "environment ignored": {
    meaning: "Environment variables would have changed which certificates TLS trusts.",
    action: "Remove them from the service's environment.",
  },
  "finding": {
    meaning: "A check at the start or during a reload found something that needs attention.",
    action: "Do what `remedy` says; `explain CODE` says more about its `code`.",
  },
  "frames dropped": {
    meaning: "Session frames were dropped, for a reason that needs attention; said once an hour.",
    action: "Do what `remedy` says; `status` has the number of the last hour.",
  },
  "history write failed": {
    meaning: "The history of traffic cannot be stored; it continues in memory.",
    action: DISK,
  },
  "history write recovered": { meaning: "The history of traffic is stored again." },
  "interface MTU changed": { meaning: "The interface has another MTU, which now applies." },
  "interface address changed": {
    meaning: "The interface has another MAC address; sessions with the old one have ended.",
    action: "Give the interface a fixed address.",
  },
  "interface down": {
    meaning: "The interface is down or gone.",
    action: "`ip link show` shows its state; the daemon continues as soon as it is back.",
  },
  "interface read failed": {
    meaning: "The interface's state could not be read.",
    action: "Nothing, unless it repeats; the error says what is short.",
  },
  "interface up": { meaning: "The interface is up." },
  "more tunnels rejected": {
    meaning: "How many more connections were refused, and why.",
    action: "Nothing, if the addresses are strangers'; otherwise see the reasons.",
  },
  "networks quarantined": {
    meaning:
      "The file of the clients' networks could not be used and was renamed. Until they log in again, clients without a ticket have no priority over strangers.",
    action: "Check the disk. The file can be deleted.",
  },
  "networks write failed": {
    meaning:
      "The networks from which clients have logged in cannot be stored; they are kept in memory.",
    action: DISK,
  },
  "networks write recovered": { meaning: "The networks of clients are stored again." },
  "needs attention": {
    meaning: "A problem has begun; `problem` is its code in the status.",
    action: "`detail` says what is wrong, and `remedy` what to do.",
  },
  "needs no attention": { meaning: "What an earlier line `needs attention` said is over." },
  "no carrier": {
    meaning: "The interface is up, and nothing is connected to it, or the device there is off.",
    action: "Check the cable and the device at its other end; the daemon continues by itself.",
  },
  "packet": { meaning: "A discovery packet that was forwarded, with its tags." },
  "ready": { meaning: "The interface and the tunnel's side are up: frames can be carried." },
  "receive ring too small": {
    meaning: "The kernel gave less memory for received frames than wanted.",
    action: "Free memory, or expect drops in bursts.",
  },
  "refused": {
    meaning: "A customer's packet was dropped for a reason that an operator should know.",
    action: "See the reason among the drop reasons.",
  },
  "reload already in progress": { meaning: "A second reload was asked for and is ignored." },
  "reload failed": {
    meaning: "The new configuration has an error; the old one stays in use.",
    action: "Fix the file and line in the error; `check` shows all errors.",
  },
  "reloaded": { meaning: "The configuration was read again; the fields list what changed." },
  "request failed": {
    meaning: "The admin API could not answer because of an error in the daemon.",
    action: "Report it with the log line.",
  },
  "restart needed": { meaning: "Changed settings that apply only after a restart." },
  "secret shared": {
    meaning: "Two clients have the same secret.",
    action: "Make a secret for each with `keygen secret`.",
  },
  "server refused": {
    meaning: "The server's proxy refused a customer in the AC's name; the line has the reason.",
    action: "See `refused` in the server's log, and its limits.",
  },
  "service manager unreachable": {
    meaning: "The service manager (systemd) could not be notified.",
    action: "Check `NotifyAccess=` in the unit.",
  },
  "session closed": {
    meaning: "A session ended.",
    action: "See the reason among the ends of sessions.",
  },
  "session database quarantined": {
    meaning: "The session database could not be read and was set aside; its sessions are gone.",
    action: "Check the disk. The file can be deleted.",
  },
  "session opened": { meaning: "A session was opened." },
  "sessions restored": { meaning: "Sessions of the previous process continue." },
  "sessions resumed": {
    meaning: "A tunnel returned, and both sides agreed on which sessions continue.",
  },
  "starting": {
    meaning:
      "The daemon starts: its version, commit, mode, configuration, interface and addresses.",
  },
  "state write failed": {
    meaning: "Sessions cannot be saved: they would not survive a restart.",
    action: DISK,
  },
  "state write recovered": { meaning: "Sessions are saved again." },
  "stop failed": {
    meaning: "The daemon could not stop cleanly.",
    action: "Report it with the log line.",
  },
  "stop requested": { meaning: "The daemon received a signal to stop." },
  "stopped": { meaning: "The daemon has stopped." },
  "telemetry unavailable": {
    meaning: "OpenTelemetry was asked for and is not available.",
    action: "See docs/operations.md, OpenTelemetry.",
  },
  "thread failed": {
    meaning: "One of a server's threads failed, so the daemon ends and is started again.",
    action: "Report it with the log line.",
  },
  "totals": { meaning: "What was forwarded and dropped since the start." },
  "tunnel closed": {
    meaning: "One side closed the tunnel on purpose: it stops, restarts, or has a better one.",
    action: "Nothing, if you stopped or restarted that side; see the reason.",
  },
  "tunnel lost": {
    meaning: "The tunnel broke. Its sessions are held until it is back, or their grace is over.",
    action: "See the cause in the line, and the lines `connect failed` after it.",
  },
  "tunnel path became longer": {
    meaning: "QUIC does not adapt to a path that became longer, so the client connects again.",
  },
  "tunnel rejected": {
    meaning: "A connection was refused before login.",
    action: "Nothing, if the address is a stranger's; otherwise see the reason.",
  },
  "tunnel silence ended": { meaning: "The tunnel's peer answers again." },
  "tunnel silent": {
    meaning: "Nothing comes through the tunnel amid traffic, so the client connects a second time.",
    action: "Nothing, unless it repeats; then check the path for outages.",
  },
  "tunnel up": { meaning: "A tunnel is up." },
  "web link made": { meaning: "`pppoe-proxy web` made a link that opens the page once." },
  "web link used": {
    meaning: "A browser opened the page by a link; `for_role` is what it may do.",
    action: "If nobody of yours did so, restart the daemon, which ends all such access.",
  },
} as const satisfies Readonly<Record<string, Explanation>>;

/** A message of the log. */
export type LogMessage = keyof typeof LOG_MESSAGES;
