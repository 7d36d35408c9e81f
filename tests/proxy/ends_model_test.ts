/** Model test: each host is notified exactly once, whatever ends a session and whatever fails. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { CODE_PADT } from "../../src/pppoe/constants.ts";
import { endByAdmin, endTerminated } from "../../src/proxy/session/session_ends.ts";
import { sweepIdle } from "./idle_sweep.ts";
import { dial, sessionFrame, settle, uniq, within } from "./dial.ts";
import { until } from "../until.ts";
import { AC, CUSTOMER, LAN, type Path, type Side, WAN } from "./path.ts";
import { takePackets } from "./segment.ts";

const CLIENTS = ["north", "south"];
const GRACE = 30_000;
const IDLE = 60_000;
const LINGER = 10_000;
const TERMINATE = [0xc0, 0x21, 5, 1, 0, 4];

/** A session as its hosts know it. */
interface Line {
  id: number;
  client: number;
  /** The hosts that have hung up. */
  hungUp: Set<"customer" | "ac">;
  /** Number of PADTs received by each. */
  told: { customer: number; ac: number };
}

/** An event that affects one of the clients or one of the sessions. */
interface Step {
  what:
    | "dial"
    | "customer-padt"
    | "ac-padt"
    | "admin-server"
    | "admin-client"
    | "lcp"
    | "idle"
    | "lose"
    | "reconnect"
    | "grace-server"
    | "grace-client"
    | "restart-server"
    | "restart-client"
    | "forget-server"
    | "forget-client";
  client: number;
  session: number;
}

class World {
  readonly lines: Line[] = [];
  #path: Path;
  #up = CLIENTS.map(() => true);

  constructor(path: Path) {
    this.#path = path;
  }

  async take({ what, client, session }: Step): Promise<void> {
    const line = this.lines[session % Math.max(1, this.lines.length)];
    if (what === "dial") await this.#dial(client);
    else if (what === "lose") await this.#lose(client);
    else if (what === "reconnect") await this.#reconnect(client);
    else if (what === "grace-server") this.#pass(GRACE, [this.#path.server]);
    else if (what === "grace-client") this.#pass(GRACE, this.#path.clients);
    else if (what === "idle") await this.#idle();
    else if (what.startsWith("restart")) await this.#restart(what, client, true);
    else if (what.startsWith("forget")) await this.#restart(what, client, false);
    else if (line !== undefined) this.#end(what, line);
    await settle();
    this.#collect();
  }

  /** Ends all faults. */
  async heal(): Promise<void> {
    for (const client of CLIENTS.keys()) await this.#reconnect(client);
    await settle();
    this.#collect();
  }

  /**
   * Checks that both proxies have the same sessions, and that every host that lost one got one
   * PADT.
   */
  check(): void {
    const server = handles(this.#path.server);
    const clients = this.#path.clients.map(handles);
    for (const line of this.lines) {
      const [near, far] = [clients[line.client].get(line.id), server.get(line.id)];
      const story = JSON.stringify({ ...line, hungUp: [...line.hungUp], near, far });
      assertEquals(near, far, story);
      for (const peer of ["customer", "ac"] as const) {
        const told = line.told[peer];
        // A host that hangs up may receive the other's PADT, which crossed its own.
        if (line.hungUp.has(peer)) assert(told <= line.hungUp.size - 1, story);
        else assertEquals(told, near === undefined ? 1 : 0, story);
      }
    }
    const known = new Set(this.lines.map(({ id }) => id));
    for (const table of [server, ...clients]) {
      assert([...table.keys()].every((id) => known.has(id)));
    }
  }

  async #dial(client: number): Promise<void> {
    if (!this.#up[client]) return;
    const id = this.lines.length + 1;
    const { pads } = await dial(this.#path, {
      client,
      id,
      tags: [uniq(id), { type: 0x0101, value: new Uint8Array(0) }],
    });
    assertEquals(pads.sessionId, id);
    this.lines.push({ id, client, hungUp: new Set(), told: { customer: 0, ac: 0 } });
  }

  /** Sends frames of forgotten sessions: the client then notifies their customers. */
  #speak(): void {
    for (const { id, client, told } of this.lines) {
      const echo = sessionFrame(LAN, CUSTOMER, id, [0xc0, 0x21, 9, 1, 0, 8, 0, 0, 0, 0]);
      if (told.customer === 0) this.#path.customers[client].sendRaw(echo);
    }
  }

  #end(what: Step["what"], line: Line): void {
    const { id, client } = line;
    const path = this.#path;
    const wire = path.customers[client];
    const padt = { code: CODE_PADT, sessionId: id };
    if (what === "customer-padt" && line.told.customer === 0) {
      wire.send({ ...padt, destination: LAN, source: CUSTOMER }, []);
      line.hungUp.add("customer");
    } else if (what === "ac-padt" && line.told.ac === 0) {
      path.ac.send({ ...padt, destination: WAN, source: AC }, []);
      line.hungUp.add("ac");
    } else if (what === "lcp") {
      wire.sendRaw(sessionFrame(LAN, CUSTOMER, id, TERMINATE));
    } else if (what === "admin-server") this.#kick(path.server, id);
    else if (what === "admin-client") this.#kick(path.clients[client], id);
  }

  #kick({ proxy }: Side, id: number): void {
    for (const session of proxy.sessions.table) {
      if (session.acSessionId !== id) continue;
      endByAdmin(proxy.sessions, session.peer, session.handle);
    }
  }

  async #lose(client: number): Promise<void> {
    if (this.#up[client]) await this.#path.lose(client);
    this.#up[client] = false;
  }

  async #reconnect(client: number): Promise<void> {
    if (this.#up[client]) return;
    const { resumed } = this.#path.clients[client];
    const before = resumed.length;
    this.#path.reconnect(client);
    await until(() => resumed.length > before);
    this.#up[client] = true;
  }

  async #restart(what: string, client: number, keep: boolean): Promise<void> {
    // An end that the other side has not learned of is known only to its process: the next process
    // would notify its host again or, if it has forgotten the session, not at all.
    if (this.#isHalf || !keep && this.#up.includes(false)) return;
    const isServer = what.endsWith("server");
    await this.#path.restart(isServer ? "server" : client, keep);
    for (const i of CLIENTS.keys()) if (isServer || i === client) this.#up[i] = false;
    if (keep) return;
    for (const i of CLIENTS.keys()) await this.#reconnect(i);
    await settle();
    this.#collect();
    this.#speak();
  }

  /** Whether a session is known on one side only. */
  get #isHalf(): boolean {
    const server = handles(this.#path.server);
    const clients = this.#path.clients.map(handles);
    return this.lines.some(({ id, client }) => server.has(id) !== clients[client].has(id));
  }

  /** Lets time pass; these sides check their sessions first. */
  #pass(milliseconds: number, sides: Side[]): void {
    this.#path.advance(milliseconds);
    for (const { proxy } of sides) {
      proxy.sweep(GRACE);
      endTerminated(proxy.sessions, LINGER);
      sweepIdle(proxy, IDLE);
    }
  }

  /** Makes everything silent; the ACs do not answer the questions they get. */
  async #idle(): Promise<void> {
    const sides = [this.#path.server, ...this.#path.clients];
    for (let step = 0; step < 7; step++) {
      this.#path.advance(IDLE / 6);
      for (const { proxy } of sides) sweepIdle(proxy, IDLE);
      await settle();
    }
  }

  #collect(): void {
    for (const { code, sessionId } of takePackets(this.#path.ac)) this.#note("ac", code, sessionId);
    for (const wire of this.#path.customers) {
      for (const { code, sessionId } of takePackets(wire)) this.#note("customer", code, sessionId);
    }
  }

  #note(peer: "customer" | "ac", code: number, id: number): void {
    assertEquals(code, CODE_PADT);
    this.lines[id - 1].told[peer]++;
  }
}

/** Returns handles by session id. */
function handles({ proxy }: Side): Map<number, number> {
  return new Map([...proxy.sessions.table].map(({ acSessionId, handle }) => [acSessionId, handle]));
}

const ENDS: Step["what"][] = ["customer-padt", "ac-padt", "admin-server", "admin-client", "lcp"];
const FAULTS: Step["what"][] = [
  "idle",
  "lose",
  "reconnect",
  "grace-server",
  "grace-client",
  "restart-server",
  "restart-client",
  "forget-server",
  "forget-client",
];
const step: fc.Arbitrary<Step> = fc.record({
  what: fc.oneof(
    { weight: 4, arbitrary: fc.constant<Step["what"]>("dial") },
    { weight: 4, arbitrary: fc.constantFrom(...ENDS) },
    { weight: 4, arbitrary: fc.constantFrom(...FAULTS) },
  ),
  client: fc.nat(CLIENTS.length - 1),
  session: fc.nat(50),
});

Deno.test("property: the AC and the customer learn of every end exactly once, through losses and restarts", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 5, maxLength: 40 }),
      (steps) =>
        within({ clients: CLIENTS }, async (path) => {
          const world = new World(path);
          for (const step of steps) await world.take(step);
          await world.heal();
          world.check();
        }),
    ),
    { numRuns: 200 },
  );
});
