import { assert, assertEquals } from "@std/assert";
import {
  type FilterNetwork,
  type InitialFilter,
  initialFilter,
} from "../../../ffi/socket/initial_filter.ts";
import { libc } from "../../../ffi/libc.ts";
import { socketsOf } from "../../../ffi/socket/tcp.ts";
import { UdpSocket } from "../../../ffi/socket/udp_socket.ts";
import { until } from "../../until.ts";

const OPEN: InitialFilter = { share: 1, networks: [], joined: true, seeds: [0x9e37_79b1, 3] };
const SHUT: InitialFilter = { ...OPEN, share: 0 };
const LOOPBACK: FilterNetwork = [0x7f00_0001];
const LOOPBACK_6: FilterNetwork = [0, 0];
/** The maximum number of networks of a gate, without the loopback's. */
const OTHERS: FilterNetwork[] = Array.from(
  { length: 511 },
  (_, i) => i % 2 === 0 ? [0xc633_6400 + i] : [0x2001_0db8, i],
);

/** A datagram that begins like a QUIC packet; no filter reads the rest. */
function packet(first: number, size: number, version = 1): Uint8Array {
  const bytes = new Uint8Array(size);
  bytes[0] = first;
  new DataView(bytes.buffer).setUint32(1, version);
  return bytes;
}

const INITIAL = packet(0xc0, 1_200);
const SHORT_HEADER = packet(0x40, 60);
/** Deadline for sent datagrams to arrive, in milliseconds. */
const PATIENCE = 20_000;
/** Marks the last datagram sent. */
const LAST = packet(0x7f, 33);

/** A socket with a filter; `passes` returns which of the given datagrams the kernel accepts. */
class Filtered implements Disposable {
  #socket: Deno.DatagramConn;
  #own: UdpSocket;
  readonly sender: Deno.DatagramConn;
  readonly to: Deno.NetAddr;

  constructor(host: string, filter: InitialFilter) {
    const open = () => Deno.listenDatagram({ transport: "udp", hostname: host, port: 0 });
    [this.#socket, this.sender] = [open(), open()];
    this.to = this.#socket.addr as Deno.NetAddr;
    const own = UdpSocket.find(host, this.to.port);
    assert(own !== undefined);
    this.#own = own;
    this.attach(filter);
  }

  attach(filter: InitialFilter): void {
    assert(this.#own.attach(initialFilter(filter)));
  }

  async passes(datagrams: readonly Uint8Array[]): Promise<boolean[]> {
    for (const datagram of datagrams) await this.sender.send(datagram, this.to);
    const got = await this.received();
    return datagrams.map((sent) =>
      got.some((one) => one.length === sent.length && one[0] === sent[0])
    );
  }

  /** Datagrams received so far. */
  async received(): Promise<Uint8Array[]> {
    await this.sender.send(LAST, this.to);
    const got: Uint8Array[] = [];
    const timer = setTimeout(() => this.#socket.close(), PATIENCE); // ends `receive`
    while (true) {
      const [bytes] = await this.#socket.receive(new Uint8Array(65_536));
      if (bytes.length === LAST.length && bytes[0] === LAST[0]) break;
      got.push(bytes.slice());
    }
    clearTimeout(timer);
    return got;
  }

  /** Sets a numeric option of one of the two sockets. */
  static set(socket: Deno.DatagramConn, level: number, option: number, value: number): void {
    const [fd] = socketsOf((socket.addr as Deno.NetAddr).port);
    const bytes = new Uint8Array(new Int32Array([value]).buffer);
    assertEquals(libc().setsockopt(fd, level, option, bytes, 4), 0);
  }

  get receiver(): Deno.DatagramConn {
    return this.#socket;
  }

  [Symbol.dispose](): void {
    this.#socket.close();
    this.sender.close();
  }
}

Deno.test("S7: packets that no client sends are dropped: other versions, types and short Initials", async () => {
  for (const filter of [OPEN, { ...SHUT, networks: [LOOPBACK] }]) {
    using socket = new Filtered("127.0.0.1", filter);
    assertEquals(await socket.passes([packet(0xc0, 1_200), packet(0xc3, 1_452)]), [true, true]);
    assertEquals(await socket.passes([packet(0xe0, 1_300), packet(0x40, 30)]), [true, true]);
    const never = [
      packet(0xc1, 1_199),
      packet(0xc2, 1_201, 2),
      packet(0xc2, 1_202, 0), // version negotiation
      packet(0xc2, 1_203, 0x6b33_43cf), // version 2 (RFC 9369)
      packet(0xd0, 1_204), // 0-RTT
      packet(0xf0, 1_205), // retry
      new Uint8Array(0),
      Uint8Array.of(0xc0),
    ];
    assertEquals(await socket.passes(never), never.map(() => false));
  }
});

for (const [host, own] of [["127.0.0.1", LOOPBACK], ["::1", LOOPBACK_6]] as const) {
  Deno.test(`S7: to ${host}, only known networks' first packets are accepted, all else from anywhere`, async () => {
    using socket = new Filtered(host, SHUT);
    const all = [INITIAL, packet(0xe0, 1_250), SHORT_HEADER];
    assertEquals(await socket.passes(all), [false, true, true]);
    socket.attach({ ...SHUT, networks: OTHERS });
    assertEquals(await socket.passes(all), [false, true, true]);
    for (const at of [0, 199, 200, 255, 256, 511]) {
      const networks = OTHERS.toSpliced(at, 0, own);
      socket.attach({ ...SHUT, networks });
      assertEquals(await socket.passes(all), [true, true, true], `${at}`);
    }
    socket.attach({ ...SHUT, networks: OTHERS, share: 1 });
    assertEquals(await socket.passes(all), [true, true, true]);
  });
}

Deno.test("S7: a dual-stack socket tells IPv4 networks from IPv6 networks", async () => {
  const endpoint = new Deno.QuicEndpoint({ hostname: "::", port: 0 });
  const { hostname, port } = endpoint.addr;
  const own = UdpSocket.find(hostname, port);
  assert(own !== undefined);
  const ends = ["127.0.0.1", "::1"].map((hostname) => {
    const to = { transport: "udp", hostname, port } as const;
    return { to, sender: Deno.listenDatagram({ ...to, port: 0 }) };
  });
  const passes = async (networks: readonly FilterNetwork[]): Promise<boolean[]> => {
    assert(own.attach(initialFilter({ ...SHUT, networks })));
    const passed: boolean[] = [];
    for (const { sender, to } of ends) {
      const before = own.drops;
      await sender.send(INITIAL, to);
      await sender.send(packet(0xc1, 1_199), to); // never passes, so both have arrived
      await until(() => own.drops > before);
      passed.push(own.drops === before + 1);
    }
    return passed;
  };
  assertEquals(await passes(OTHERS), [false, false]);
  assertEquals(await passes([LOOPBACK]), [true, false]);
  assertEquals(await passes([LOOPBACK_6]), [false, true]);
  assertEquals(await passes([LOOPBACK, LOOPBACK_6]), [true, true]);
  for (const { sender } of ends) sender.close();
  endpoint.close();
});

Deno.test("S7: the given share of first packets from unknown networks is accepted", async () => {
  for (const share of [0.1, 0.5, 0.9]) {
    using socket = new Filtered("127.0.0.1", { ...SHUT, share });
    let passed = 0;
    for (let i = 0; i < 50; i++) {
      for (let j = 0; j < 20; j++) await socket.sender.send(INITIAL, socket.to);
      passed += (await socket.received()).length;
    }
    // Five standard deviations of 1,000 tries.
    const spread = 5 * Math.sqrt(1_000 * share * (1 - share));
    assert(Math.abs(passed - 1_000 * share) < spread, `${share}: ${passed}`);
  }
});

Deno.test("S7: Initials that the kernel coalesced behind another packet are not missed", async () => {
  const [SOL_UDP, UDP_SEGMENT, UDP_GRO] = [17, 103, 104];
  using socket = new Filtered("127.0.0.1", SHUT);
  Filtered.set(socket.receiver, SOL_UDP, UDP_GRO, 1);
  Filtered.set(socket.sender, SOL_UDP, UDP_SEGMENT, 1_200);
  const train = new Uint8Array(12_000);
  for (let at = 0; at < train.length; at += 1_200) {
    train.set(at === 0 ? packet(0x40, 1_200) : INITIAL, at);
  }
  await socket.sender.send(train, socket.to);
  assertEquals(await socket.received(), []);
  socket.attach({ ...SHUT, networks: [LOOPBACK] });
  await socket.sender.send(train, socket.to);
  assert((await socket.received()).length > 0);
  // If not all clients fit in the filter, those left out may still send coalesced datagrams.
  socket.attach({ ...SHUT, joined: false });
  await socket.sender.send(train, socket.to);
  assert((await socket.received()).length > 0);
});

Deno.test("a filter with the maximum number of networks fits the kernel's memory limit", () => {
  const program = initialFilter({ ...SHUT, networks: OTHERS });
  assert(program.length < 4_096); // BPF_MAXINSNS
  const jumps = program.filter(([code]) => code === 0x15);
  // The kernel translates some to two 8-byte instructions and keeps the old program until then;
  // before Linux 6.9 a socket may have 20 KiB by default (net.core.optmem_max).
  assert(2 * 8 * (program.length + jumps.length) < 20_480, `${program.length} ${jumps.length}`);
});
