/** Daemons that do not start: the log is what they print, and `status` examines why. */
import { assert, assertEquals } from "@std/assert";
import { lostWords } from "../../../src/admin/web/app.js";
import type { Lab } from "../lab.ts";
import { pppoeProxyCommand } from "../shipped.ts";
import { isSaid } from "./document.ts";
import { entriesOf } from "./observer.ts";
import type { Change } from "./wrong_clients.ts";

/** A daemon that does not start: changes of a configuration, and the exit code. */
export interface RefusedStart {
  readonly failure: string;
  readonly from: "server" | "branch-1";
  readonly changes: readonly Change[];
  readonly exit: number;
  /** What to start in place of a program and its arguments. */
  readonly enter?: (program: string, args: readonly string[]) => [string, string[]];
}

/** Runs the daemon and `status`, and compares what they print with the document. */
export async function seesRefused(lab: Lab, start: RefusedStart, number: number): Promise<void> {
  const { failure, from, changes, exit, enter = (program, args) => [program, [...args]] } = start;
  const source = await Deno.readTextFile(`${lab.folder}/${from}.toml`);
  const text = changes.reduce((text, [from, to]) => text.replace(from, to), source);
  const config = await lab.write(`refused-${number}.toml`, text);
  const run = async (...words: string[]): Promise<[number, string]> => {
    const command = pppoeProxyCommand(...words, "--config", config);
    const [program, args] = enter(command.program, command.args);
    const env = { RUNTIME_DIRECTORY: lab.folder, NO_COLOR: "1" };
    const { code, stderr } = await new Deno.Command(program, { args, env }).output();
    return [code, new TextDecoder().decode(stderr)];
  };
  const [code, log] = await run("run");
  assertEquals(code, exit, `${failure}: ${log}`);
  const [unreachable, status] = await run("status");
  assertEquals(unreachable, 3, `${failure}: ${status}`);
  const page = lostWords(new TypeError(), "");
  const printed = { log, status, page };
  for (const { place, text } of entriesOf(failure)) {
    const said = text.replace(/^`+|`+$/g, "");
    const lines = place === "log" ? log.trim().split("\n") : [printed[place].trim()];
    assert(
      lines.some((line) => isSaid(said, line)),
      `${failure}, ${place}: ${printed[place]}`,
    );
  }
}

/** Starts that are refused, each for one reason; `port` is free. */
export function refusedStarts(port: number): RefusedStart[] {
  const apart: RefusedStart["changes"][number] = [/state_dir = .*/, ""];
  const token = `[admin]\nlisten = "127.0.0.1:${port}"\ntoken_file = "missing.token"\n`;
  return [
    {
      ...{ failure: "The configuration has an error", from: "branch-1", exit: 78 },
      changes: [apart, ["secret_file", "secret_fiel"]],
    },
    {
      ...{ failure: "Another process listens on the server's address", from: "server", exit: 1 },
      changes: [apart],
    },
    {
      ...{ failure: "The interface does not exist", from: "branch-1", exit: 1 },
      changes: [apart, ['"lan0"', '"lan7"']],
    },
    {
      ...{ failure: "Two daemons have the same state_dir", from: "branch-1", exit: 1 },
      changes: [],
    },
    {
      ...{ failure: "Others may write to state_dir", from: "branch-1", exit: 78 },
      changes: [[/state_dir = .*/, 'state_dir = "open"']],
    },
    {
      ...{ failure: "Others may read a secret", from: "branch-1", exit: 78 },
      changes: [apart, ['"branch-1.secret"', '"public.secret"']],
    },
    {
      ...{ failure: "The token of the admin API is missing", from: "branch-1", exit: 78 },
      changes: [apart, [/$/, `\n${token}`]],
    },
    {
      ...{ failure: "The daemon may not open packet sockets", from: "branch-1", exit: 1 },
      changes: [apart],
      enter: (program, args) => [
        "setpriv",
        ["--bounding-set=-net_raw", "--inh-caps=-net_raw", program, ...args],
      ],
    },
  ];
}
