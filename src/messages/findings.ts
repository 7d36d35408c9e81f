import type { Explanation } from "./explanation.ts";

const CHANGE_FILE = "Correct the line that the finding names; `check` shows all of them.";

/** Findings about the configuration file itself. */
const CONFIG_FINDINGS = {
  "bad-value": { meaning: "The value of a key is not one that it may have.", action: CHANGE_FILE },
  "config-empty": {
    meaning: "The configuration file has no setting.",
    action: "Start from config.example.toml.",
  },
  "config-public": {
    meaning: "Every user of the machine may change the configuration.",
    action: "Run the `chmod` that the finding names.",
  },
  "config-unreadable": {
    meaning: "The configuration file cannot be read.",
    action: "Check the path, and the owner and mode of the file.",
  },
  "duplicate-key": { meaning: "A key or table is in the file twice.", action: CHANGE_FILE },
  "duplicate-name": {
    meaning: "Two clients of a server have the same name.",
    action: "Give each client a name and a secret of its own.",
  },
  "misplaced-key": { meaning: "A key or table is below the wrong table.", action: CHANGE_FILE },
  "missing-key": {
    meaning: "A key that has no default is not in the file.",
    action: "Add it as in config.example.toml.",
  },
  "not-toml": {
    meaning: "The file is in another format than TOML.",
    action: "Name the right file, or write it as in config.example.toml.",
  },
  "table-brackets": {
    meaning: "A table that can be repeated has one pair of brackets, or another one has two.",
    action: CHANGE_FILE,
  },
  "toml-syntax": { meaning: "A line of the file is not TOML.", action: CHANGE_FILE },
  "unknown-key": { meaning: "A key or table that does not exist.", action: CHANGE_FILE },
  "variable-refused": {
    meaning:
      "A variable of the environment would decide whom the daemon trusts, beside a configuration file.",
    action: "Write the setting in the file, or remove the file and set all by variables.",
  },
  "wrong-mode": {
    meaning: "A key, or all of the file, is for the other mode.",
    action: "Compare `mode` with what this machine is, and remove the keys of the other mode.",
  },
} as const satisfies Readonly<Record<string, Explanation>>;

const PERMISSIONS = "Run the `chmod` or `chown` that the finding names.";
const NEW_SECRET = "Make one with `pppoe-proxy keygen secret FILE`, and copy it to the other end.";

/** Findings about files and directories that the configuration names. */
const FILE_FINDINGS = {
  "admin-socket-unusable": {
    meaning: "Others could replace the daemon's admin socket.",
    action: "Put it into a directory that only root or the daemon can write.",
  },
  "capture-dir-unusable": {
    meaning: "Captures cannot be written to their directory, or others could read them there.",
    action: "Give the directory to the daemon's user, with mode 0700.",
  },
  "certificate-expired": {
    meaning: "The last day of a certificate is over. Tunnels still work.",
    action: "Make a new one, and pin it on the clients before the server uses it.",
  },
  "certificate-expiring": {
    meaning: "A certificate has less than 30 days left. Tunnels still work afterwards.",
    action: "Make a new one, and pin it on the clients before the server uses it.",
  },
  "certificate-not-yet-valid": {
    meaning: "The first day of a certificate has not come. Tunnels still work.",
    action: "Set the clock.",
  },
  "certificate-unusable": {
    meaning: "A certificate cannot be read, or is not one that can be pinned.",
    action: "Make one with `pppoe-proxy keygen certificate`, or copy the server's again.",
  },
  "disk-failed": {
    meaning: "The disk is full, over quota, read-only or faulty. The daemon runs without it.",
    action: "Make room or repair the disk; the daemon uses it again by itself.",
  },
  "disk-low": {
    meaning: "Little space is left for the session database or captures.",
    action: "Make room, or lower `[capture] files` or `file_size`.",
  },
  "environment-unsafe": {
    meaning: "The environment or an option of Deno would expose the traffic to others.",
    action: "Unset the variable or remove the option that the finding names.",
  },
  "file-not-private": {
    meaning: "Others can read or change a key, secret, token or certificate.",
    action: PERMISSIONS,
  },
  "group-missing": {
    meaning: "The group of the read-only socket does not exist.",
    action: "Add it with `groupadd`, or correct `[admin] read_group`.",
  },
  "key-unusable": {
    meaning: "The private key cannot be read, or does not belong to the certificate.",
    action: "Put the key and the certificate of one `keygen certificate` into the configuration.",
  },
  "pin-is-own": {
    meaning: "The private key of a pinned certificate is on the client too.",
    action: "Copy server.crt from the server, and keep its key there only.",
  },
  "pin-twice": {
    meaning:
      "Two pinned files hold the same certificate, as after a renewal that was not finished.",
    action: "Copy the new certificate, or remove the duplicate.",
  },
  "secret-shared": {
    meaning: "Two clients have the same secret, so each can log in as the other.",
    action: "Give each a secret of its own.",
  },
  "secret-unusable": {
    meaning: "A secret or token cannot be read, is malformed or was not drawn at random.",
    action: NEW_SECRET,
  },
  "state-dir-locked": {
    meaning: "Another process uses the session database in `state_dir`.",
    action: "Stop that process, or give each daemon its own `state_dir`.",
  },
  "state-dir-unusable": {
    meaning: "Sessions cannot be stored in `state_dir`, or others could change them there.",
    action: "Give the directory to the daemon's user, with mode 0700.",
  },
} as const satisfies Readonly<Record<string, Explanation>>;

/** Findings about the machine and its network. */
const SYSTEM_FINDINGS = {
  "address-foreign": {
    meaning: "An address to listen on is not an address of this machine.",
    action: "Correct the address, or add it to an interface before the daemon starts.",
  },
  "address-in-use": {
    meaning: "Another process listens on an address that the daemon needs.",
    action: "Stop that process or choose another port.",
  },
  "clock-unsynchronised": {
    meaning: "Nothing keeps the system clock right.",
    action: "Run an NTP client such as chrony.",
  },
  "clock-wrong": {
    meaning: "The system clock shows a time at which this program did not exist.",
    action: "Set the clock, and run an NTP client such as chrony.",
  },
  "congestion-control": {
    meaning: "The kernel does not permit the configured congestion control.",
    action: "Load its module, and add it to net.ipv4.tcp_allowed_congestion_control.",
  },
  "interface-down": {
    meaning: "The interface is switched off. The daemon waits for it.",
    action: "Run `ip link set NAME up`.",
  },
  "discovery-shared": {
    meaning: "Another program also receives PPPoE discovery on the interface.",
    action: "Stop one of the two, if both answer or forward what customers ask for.",
  },
  "interface-missing": {
    meaning: "The machine has no interface of this name.",
    action: "Correct `[interface] name`; the finding lists the interfaces.",
  },
  "interface-no-carrier": {
    meaning: "The interface has no link to the other end of its cable.",
    action: "Check the cable and the port at its other end.",
  },
  "interface-unusable": {
    meaning: "The interface cannot carry PPPoE, or cannot be opened.",
    action: "Choose an Ethernet interface.",
  },
  "interface-wireless": {
    meaning: "Wi-Fi drops frames from other addresses than the station's own.",
    action: 'Set `mac = "own"`, or use a cable.',
  },
  "listen-failed": {
    meaning: "The kernel does not let the daemon listen on an address.",
    action: "See the error; ports below 1024 need CAP_NET_BIND_SERVICE.",
  },
  "mac-duplicate": {
    meaning: "Another interface or host has the MAC address of the interface.",
    action: "Give each its own address.",
  },
  "mac-shared": {
    meaning: "The AC sees all customers at one MAC address, and many ACs limit what one may do.",
    action: 'Raise the AC\'s limits per MAC address, or set `mac = "transparent"`.',
  },
  "mtu-low": {
    meaning: "The interface cannot carry full PPPoE frames.",
    action: "Raise its MTU to 1500, or to 1508 for RFC 4638.",
  },
  "not-permitted": {
    meaning: "The process may not open raw sockets.",
    action: "Grant CAP_NET_RAW; the finding has the command.",
  },
  "offloads-on": {
    meaning: "The kernel merges received frames, which the daemon splits again.",
    action: "Nothing; `ethtool -K NAME gro off lro off` saves some CPU time.",
  },
  "open-files-low": {
    meaning: "The process may open fewer files than all clients at once need.",
    action: "Raise the limit: `ulimit -n`, or LimitNOFILE= in the unit.",
  },
  "route-missing": {
    meaning: "The machine has no route to the server.",
    action: "Add a route, or correct `[tunnel] connect`.",
  },
  "route-through-interface": {
    meaning: "The tunnel leaves through the interface whose frames it carries.",
    action: "Nothing if this is meant; otherwise correct the route.",
  },
  "route-through-line": {
    meaning: "The tunnel would run through a PPPoE line that is dialled over its own interface.",
    action: "Route the server past that line, with `[tunnel] bind_interface` or `mark`.",
  },
  "udp-buffer-small": {
    meaning: "The kernel limits the receive buffer of UDP, so QUIC may lose bursts.",
    action: "Raise net.core.rmem_max.",
  },
} as const satisfies Readonly<Record<string, Explanation>>;

/** Findings of `doctor` about other programs and machines. */
const PEER_FINDINGS = {
  "ac-silent": {
    meaning: "No access concentrator answered a PADI.",
    action: "Check the cable and the VLAN, and whether the AC runs.",
  },
  "check-failed": {
    meaning: "A check itself failed, for the reason that it gives.",
    action: "Report it with its text if the reason does not explain it.",
  },
  "daemon-not-ready": {
    meaning: "The daemon runs, but cannot forward yet or does not answer.",
    action: "See `status` and its log.",
  },
  "login-refused": {
    meaning: "The server does not accept this client's name and secret.",
    action: "Compare `name` and the secret on both sides.",
  },
  "not-tested": {
    meaning: "A check was left out because it would disturb a running daemon.",
    action: "Nothing; see what the daemon itself reports.",
  },
  "path-drops-packets": {
    meaning: "Full packets do not cross the path to the server, although small ones do.",
    action: "Set `[tunnel] mss` to the path's MTU less 60.",
  },
  "server-unreachable": {
    meaning: "No connection to the server, or it does not have a pinned certificate.",
    action: "See the reason; check address, firewall and certificate.",
  },
  "socket-of-other": {
    meaning: "The admin socket belongs to the daemon of another configuration.",
    action: "Give each daemon its own `[admin] socket`.",
  },
} as const satisfies Readonly<Record<string, Explanation>>;

/** Everything that `check`, `doctor`, `run` and `reload` may find. */
export const FINDINGS = {
  ...CONFIG_FINDINGS,
  ...FILE_FINDINGS,
  ...SYSTEM_FINDINGS,
  ...PEER_FINDINGS,
} as const satisfies Readonly<Record<string, Explanation>>;

/** Code of a finding. */
export type FindingCode = keyof typeof FINDINGS;

/** Whether an error is in the configuration or its files, so that trying again does not help. */
export function isLasting(code: FindingCode): boolean {
  return (code in CONFIG_FINDINGS || code in FILE_FINDINGS) && code !== "state-dir-locked";
}
