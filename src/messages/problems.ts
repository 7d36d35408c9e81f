import type { Explanation } from "./explanation.ts";

/** What the status says of a problem that may need attention. */
export interface ProblemExplanation extends Explanation {
  /** Critical: customers cannot dial, or are cut off, while it lasts. */
  readonly severity: "critical" | "warning";
  readonly action: string;
}

/** Everything that `status` reports as a problem, the worst first. */
export const PROBLEMS = {
  "interface-down": {
    severity: "critical",
    meaning: "The Ethernet interface is down, gone or not connected: no frame gets in or out.",
    action:
      "Run `ip link set INTERFACE up` and check the cable; the daemon then continues by itself.",
  },
  "tunnel-down": {
    severity: "critical",
    meaning: "There is no tunnel to the server, or a client that was connected has lost its own.",
    action: "Check that the server runs and its port is reachable; `doctor` tests path and login.",
  },
  "ac-silent": {
    severity: "critical",
    meaning: "Customers ask an access concentrator (AC), or use it, and it does not answer.",
    action: "Check the AC and the cable to it; `discover` asks it without a customer.",
  },
  "ac-refuses": {
    severity: "critical",
    meaning: "The access concentrator (AC) refuses to open sessions, or customers' logins in PPP.",
    action: "The AC's own words say why; see its log.",
  },
  "path-mtu-short": {
    severity: "critical",
    meaning: "Full packets of the tunnel do not reach the other side, whose own packets arrive.",
    action:
      "Test the path with `ping -M do -s 1200`. If only small packets pass, lower `[tunnel] mss` on both sides.",
  },
  "crashed": {
    severity: "warning",
    meaning: "The daemon's process before this one did not stop: it crashed, or was killed. Said " +
      "for an hour.",
    action: "See the service manager's log and the kernel's: a lack of memory, or a watchdog.",
  },
  "tunnel-unstable": {
    severity: "warning",
    meaning: "A tunnel is lost again and again, and comes back each time.",
    action: "Look for what cuts it: a path or an uplink with outages, a firewall or NAT that " +
      "forgets the connection, or a peer that crashes (its service manager's log).",
  },
  "ac-ends-sessions": {
    severity: "warning",
    meaning: "An access concentrator (AC) ends sessions soon after they open, or many at once.",
    action: "The AC's own log says why; customers dial again by themselves.",
  },
  "ac-slow": {
    severity: "warning",
    meaning:
      "An access concentrator (AC) answers so late that customers ask again or give up: at " +
      "least twice, none more than ten minutes after the one before.",
    action: "Find out why the AC is slow: its load, its RADIUS server, a delay set for its offers.",
  },
  "offers-ignored": {
    severity: "warning",
    meaning: "Customers are sent offers of an access concentrator (AC), and ask again instead of " +
      "taking one.",
    action: "Check the way back to the customers, and which AC or service they accept.",
  },
  "ac-name-shared": {
    severity: "warning",
    meaning: "Two access concentrators (ACs) give the same AC-Name, so customers get either.",
    action:
      "Give each AC a name of its own; nothing, if they are meant to stand in for each other.",
  },
  "clock-wrong": {
    severity: "warning",
    meaning:
      "The clock is earlier than is possible, so times in logs are wrong, and so may be dates of certificates.",
    action: "Set the clock, and run an NTP client such as chrony.",
  },
  "name-in-use": {
    severity: "warning",
    meaning: "Two hosts use one client's name and secret; the second one is refused.",
    action: "Give each client a name and a secret of its own; change the secret if it was stolen.",
  },
  "disk-failed": {
    severity: "warning",
    meaning: "Sessions cannot be written to `state_dir`: they would not survive a restart.",
    action: "Check the disk, its permissions and its free space.",
  },
  "certificate-expired": {
    severity: "warning",
    meaning: "A certificate has expired. Tunnels still work, because clients pin it.",
    action: "Make a new one with `keygen certificate`; pin it on the clients before it is used.",
  },
  "certificate-expiring": {
    severity: "warning",
    meaning: "A certificate expires soon.",
    action: "Make a new one with `keygen certificate`; pin it on the clients before it is used.",
  },
  "backup-server": {
    severity: "warning",
    meaning: "The client uses a server that is not the first in its list.",
    action: "Find out why the preferred server cannot be reached.",
  },
  "client-absent": {
    severity: "warning",
    meaning: "A configured client has not connected since the daemon started.",
    action: "Start it; on its machine, `doctor` checks the path, the certificate and the secret.",
  },
  "logins-refused": {
    severity: "warning",
    meaning: "Connections failed to log in during the last hour.",
    action: "Compare name, secret and certificate on both sides; nothing, if it is a stranger.",
  },
  "accept-failed": {
    severity: "warning",
    meaning:
      "Connections could not be accepted, because the process or the kernel is short of something.",
    action: "The words say what is short: open files (`LimitNOFILE=`) or memory.",
  },
  "capture-stopped": {
    severity: "warning",
    meaning: "The configured capture is not running.",
    action: "Check the disk and `[capture] directory`; `pppoe-proxy reload` starts it again.",
  },
  "kernel-drops": {
    severity: "warning",
    meaning:
      "The kernel dropped received frames in the last hour, as the daemon was too slow for them.",
    action: "Look for a lack of CPU time; raise `[interface] ring_frames` for bursts.",
  },
  "ring-short": {
    severity: "warning",
    meaning: "The kernel has less or no memory for received frames, so bursts lose frames sooner.",
    action: "Free memory, or turn off the offload that the words name; then restart the daemon.",
  },
  "server-refuses": {
    severity: "warning",
    meaning: "The server's proxy refuses customers, in the AC's name.",
    action: "The words have its reason; see `status` of the server and its `[limits]`.",
  },
  "sessions-ended": {
    severity: "warning",
    meaning: "Sessions ended in the last hour for a reason that neither customer nor AC chose.",
    action: "See the reason among the ends of sessions.",
  },
  "refusals": {
    severity: "warning",
    meaning: "Customers' packets were refused in the last hour.",
    action: "See the reason among the drop reasons.",
  },
  "drops": {
    severity: "warning",
    meaning: "Frames were dropped in the last hour.",
    action: "See the reason among the drop reasons.",
  },
  "config-changed": {
    severity: "warning",
    meaning: "The configuration, or a file that it names, has changed on disk and is not in use.",
    action: "Run `pppoe-proxy check`, and then `pppoe-proxy reload`.",
  },
  "transport-fallback": {
    severity: "warning",
    meaning: 'With `transport = "auto"`, the tunnel is over TLS because QUIC does not pass.',
    action: 'Let UDP pass to the server\'s port, or set `transport = "tls"`.',
  },
  "discovery-shared": {
    severity: "warning",
    meaning: "Another program also receives PPPoE discovery on the interface.",
    action:
      "`ss -0p` as root names it. Stop one of the two; nothing, if it is a PPPoE client of this machine.",
  },
  "path-lossy": {
    severity: "warning",
    meaning: "The path of a tunnel loses many of the packets that this side sends.",
    action: "Look for errors and overload on the path with `mtr`, from this machine on.",
  },
  "path-full": {
    severity: "warning",
    meaning:
      "The path of a tunnel is slower than what is sent over it, so frames wait or are lost.",
    action:
      "See which customer sends most (`sessions`); give the path more capacity, or limit that customer.",
  },
  "no-pppoe": {
    severity: "warning",
    meaning: "All PPPoE frames on a client's interface since the start had a VLAN tag.",
    action: "Run the daemon on the VLAN's own interface, or let the switch take the tag off.",
  },
  "padi-pacing": {
    severity: "warning",
    meaning: "The AC limits PADIs by address, so customers wait for their turn.",
    action: "Raise or remove the AC's limit (accel-ppp: `padi-limit`).",
  },
  "mtu-short": {
    severity: "warning",
    meaning: "Hosts ask for longer packets (RFC 4638) than this interface carries.",
    action: "Give the interfaces on both sides an MTU of 1508, if the path to the AC carries it.",
  },
  "draining": {
    severity: "warning",
    meaning: "An operator has stopped new sessions; open ones continue.",
    action: "`drain --off` accepts new sessions again.",
  },
} as const satisfies Readonly<Record<string, ProblemExplanation>>;

/** A problem of `status`. */
export type ProblemCode = keyof typeof PROBLEMS;
