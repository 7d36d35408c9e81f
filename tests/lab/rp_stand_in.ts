/**
 * Replaces pppd under `pppoe-server -q`, called as `pppd pty "pppoe -n -I … -e …" …`: runs the pty
 * command and echoes its output back to it.
 */
const [word, command] = Deno.args;
if (word !== "pty" || command === undefined) Deno.exit(1);

const child = new Deno.Command("sh", {
  args: ["-c", `exec ${command}`],
  stdin: "piped",
  stdout: "piped",
}).spawn();
// pppoe-server ends its pppd by SIGTERM; `pppoe` sends a PADT on SIGTERM and needs time for it.
Deno.addSignalListener("SIGTERM", () => child.kill("SIGTERM"));
await child.stdout.pipeTo(child.stdin).catch(() => {});
Deno.exit((await child.status).code);
