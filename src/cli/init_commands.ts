/** The commands that set up an end, add clients to a server, and install the service. */
import type { OptionSpec } from "./arguments.ts";
import type { Command } from "./command.ts";
import { CONFIG, CONFIG_DEFAULT } from "./config_option.ts";
import { DAEMON_OPTIONS } from "./remote/daemon_options.ts";

const ADDRESS: OptionSpec = {
  name: "address",
  value: "ADDRESS",
  summary: "where clients reach the server, HOST:PORT",
};

const init: Command = {
  name: "init",
  summary: "Write the configuration and the keys of a server or a client",
  positionals: ["server|client"],
  leastPositionals: 1,
  options: [
    { ...CONFIG, summary: `the file to write, default ${CONFIG_DEFAULT}` },
    { name: "interface", alias: "i", value: "INTERFACE", summary: "interface of AC or customers" },
    ADDRESS,
    { name: "name", value: "NAME", summary: "server: name of its first client, default branch-1" },
    { name: "from", value: "FILE", summary: "client: the bundle that its server has written" },
    { name: "mac", value: "own|transparent", summary: "MAC addresses of frames, default own" },
    { name: "listen", value: "ADDRESS", summary: "server: default all addresses, that port" },
    { name: "state-dir", value: "FOLDER", summary: "where sessions are kept" },
  ],
  details: `pppoe-proxy init server
pppoe-proxy init server -i wan0 --address proxy.example:8443 --name branch-1
pppoe-proxy init client --from branch-1.bundle -i lan0
It asks what options do not say; without a terminal it needs them. On a server
it writes the configuration, a certificate with its key, a secret, and
NAME.bundle: all that the client needs. Carry the bundle over a secure channel,
such as scp. Existing files are never overwritten.`,
  load: async () => (await import("./init/init.ts")).initCommand,
};

const addClient: Command = {
  name: "add-client",
  summary: "Add a client to a server: secret, configuration, bundle, reload",
  positionals: ["NAME"],
  leastPositionals: 1,
  options: [
    { ...CONFIG, summary: `the server's configuration, default ${CONFIG_DEFAULT}` },
    ADDRESS,
  ],
  details: `Writes NAME.secret and NAME.bundle beside the configuration, adds the client to
it, and reloads the daemon if it runs; the other clients stay connected. On the
new client run \`pppoe-proxy init client --from NAME.bundle\`. The address is that
of the certificate unless --address gives another.`,
  load: async () => (await import("./init/add_client.ts")).addClientCommand,
};

const service: Command = {
  name: "service",
  summary: "Install the daemon as a service of systemd or OpenWrt, without a package",
  positionals: ["install|uninstall|status"],
  leastPositionals: 1,
  options: [
    ...DAEMON_OPTIONS,
    { name: "now", summary: "install: also enable and start the daemon" },
    { name: "purge", summary: "uninstall: also remove configuration, keys and state" },
  ],
  details: `For the compiled program, copied to /usr/local/bin by hand; a package brings its
own service. install writes the units pppoe-proxy and pppoe-proxy@NAME, makes
the user and the directories, and may be repeated; uninstall stops the daemons
and removes these files, but keeps configuration, state and user. On OpenWrt,
the file is /etc/init.d/pppoe-proxy, for the program in /usr/bin. status shows
the service and the daemon; exit code 3 if no daemon answers.`,
  load: async () => (await import("./service/service.ts")).serviceCommand,
};

/** In the order in which help lists them. */
export const INIT_COMMANDS: readonly Command[] = [init, addClient, service];
