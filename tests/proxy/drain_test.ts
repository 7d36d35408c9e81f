import { assertEquals } from "@std/assert";
import { CODE_PADI, CODE_PADS, TAG_AC_SYSTEM_ERROR } from "../../src/pppoe/constants.ts";
import { BROADCAST } from "../../src/pppoe/mac.ts";
import { findTag } from "../../src/pppoe/tags.ts";
import { dial, payloadOf, request, service, sessionFrame, settle, uniq, within } from "./dial.ts";
import { CUSTOMER, LAN, type Path, type Side } from "./path.ts";

const sideOf = {
  client: (path: Path): Side => path.clients[0],
  server: (path: Path): Side => path.server,
};

for (const side of ["client", "server"] as const) {
  Deno.test(`a ${side} that drains drops PADIs as "draining", and accepts them again afterwards`, () =>
    within({}, async (path) => {
      const { proxy, drops } = sideOf[side](path);
      proxy.sessions.draining = true;
      path.customers[0].send({
        source: CUSTOMER,
        destination: BROADCAST,
        code: CODE_PADI,
        sessionId: 0,
      }, [service, uniq(1)]);
      await settle();
      assertEquals(drops, { draining: 1 });
      assertEquals([path.ac.frames.length, path.customers[0].frames.length], [0, 0]);
      proxy.sessions.draining = false;
      await dial(path);
      assertEquals(proxy.sessions.table.size, 1);
    }));

  Deno.test(`a ${side} that drains keeps open sessions`, () =>
    within({}, async (path) => {
      const { wire } = await dial(path);
      sideOf[side](path).proxy.sessions.draining = true;
      wire.sendRaw(sessionFrame(LAN, CUSTOMER, 0x11, [0xc0, 0x21, 9, 1]));
      assertEquals(payloadOf(await path.ac.next()), [0xc0, 0x21, 9, 1]);
    }));

  Deno.test(`a ${side} that drains answers a PADR with AC-System-Error`, () =>
    within({}, async (path) => {
      await dial(path);
      const before = sideOf[side](path).drops.draining ?? 0;
      const { customers: [wire] } = path;
      const open = wire.send.bind(wire);
      // The operator drains between PADO and PADR.
      wire.send = (packet, tags) => {
        if (packet.code !== CODE_PADI) sideOf[side](path).proxy.sessions.draining = true;
        open(packet, tags);
      };
      await request(path, { tags: [service, uniq(2)] });
      const pads = await wire.packet();
      assertEquals([pads.code, pads.sessionId], [CODE_PADS, 0]);
      assertEquals(findTag(pads.list, TAG_AC_SYSTEM_ERROR) !== undefined, true);
      assertEquals(sideOf[side](path).drops.draining, before + 1);
      assertEquals(path.ac.frames.length, 0);
    }));
}
