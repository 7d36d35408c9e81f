import { assert, assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import { ALPN } from "../../../src/tunnel/handshake.ts";
import { readClientHello } from "../../../src/tunnel/tls/client_hello.ts";
import {
  encodeTicket,
  TICKET_PREFIX,
  TicketReader,
  TicketSigner,
} from "../../../src/tunnel/admission/ticket.ts";
import { alpn, clientHello, handshakeRecords, supportedVersions } from "../hello_bytes.ts";

const secret = fc.uint8Array({ minLength: 32, maxLength: 32 });
const name = fc.string({ minLength: 1, maxLength: 20 });
const number = fc.nat(Number.MAX_SAFE_INTEGER);
const [ONE, OTHER] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];

Deno.test("a ticket identifies its client to the server, with any of the client's secrets", () => {
  fc.assert(fc.property(name, fc.uniqueArray(secret, { minLength: 1, maxLength: 4 }), number, (
    client,
    secrets,
    number,
  ) => {
    const reader = new TicketReader(new Map([["other", [OTHER]], [client, secrets]]));
    for (const each of secrets) {
      const found = reader.find([ALPN, encodeTicket(client, each, number)]);
      assertEquals(found, { client, number });
    }
  }));
});

Deno.test("no other text is a ticket: a single changed letter makes it invalid", () => {
  const reader = new TicketReader(new Map([["b", [ONE]]]));
  const good = encodeTicket("b", ONE, 5);
  assert(reader.find([good]) !== undefined);
  fc.assert(fc.property(fc.nat(good.length - 1), fc.string({ minLength: 1, maxLength: 1 }), (
    at,
    letter,
  ) => {
    const forged = good.slice(0, at) + letter + good.slice(at + 1);
    assertEquals(reader.find([forged]) === undefined, forged !== good);
  }));
  fc.assert(fc.property(fc.string(), (text) => {
    assertEquals(reader.find([text, TICKET_PREFIX + text, `${good}${text || "0"}`]), undefined);
  }));
});

Deno.test("a ticket of another name, another secret or a removed client is invalid", () => {
  const shown = encodeTicket("b", ONE, 5);
  for (const clients of [[], [["b", [OTHER]]], [["c", [ONE]]]] as [string, Uint8Array[]][][]) {
    assertEquals(new TicketReader(new Map(clients)).find([shown]), undefined);
  }
});

Deno.test("only the first name that looks like a ticket is checked", () => {
  const reader = new TicketReader(new Map([["b", [ONE]]]));
  const good = encodeTicket("b", ONE, 5);
  assertEquals(reader.find([encodeTicket("b", OTHER, 5), good]), undefined);
});

Deno.test("a client's ticket numbers never decrease in one process, and do not reveal its name", () => {
  let clock = 1_700_000_000_000.5;
  const signer = new TicketSigner(() => clock);
  const reader = new TicketReader(new Map([["branch-1", [ONE]]]));
  const numbers = [0, 0, 5, -1_000_000].map((step) => {
    clock += step;
    const shown = signer.next("branch-1", ONE);
    assert(!shown.includes("branch-1"));
    return reader.find([shown])?.number ?? -1;
  });
  assertEquals(numbers, [0, 1, 5, 6].map((step) => 1_700_000_000_000 + step));
  assertNotEquals(signer.next("branch-1", ONE).slice(0, 40), signer.next("c", ONE).slice(0, 40));
});

Deno.test("a ticket is an ALPN name that a server of any version ignores", () => {
  const shown = encodeTicket("b", ONE, 5);
  const hello = readClientHello(
    handshakeRecords(clientHello(supportedVersions(0x0304), alpn(ALPN, shown))),
  );
  assertEquals(hello, { tls13: true, protocols: [ALPN, shown] });
});
