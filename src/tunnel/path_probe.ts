import {
  ControlType,
  KIND_CONTROL,
  MAX_CONTROL_BODY,
  RECORD_HEADER,
  recordHeader,
} from "./record/record.ts";
import type { Connection } from "./transport/connection.ts";

/**
 * Number of pings. A peer may answer the first with a packet of its own; the answers to the others
 * follow together and fill whole packets.
 */
const PINGS = 4;
const RECORD = RECORD_HEADER + MAX_CONTROL_BODY;

/**
 * Sends as many bytes as fill whole packets, in pings of maximum length, and reads the answers,
 * which do the same. Returns whether they have arrived before the peer closed; waits as long as the
 * connection lasts. Call it on an authenticated connection that no tunnel uses.
 */
export async function crossFullPackets(connection: Connection): Promise<boolean> {
  await writeAll(connection, pings());
  const wanted = PINGS * RECORD;
  const bytes = new Uint8Array(wanted);
  let received = 0;
  while (received < wanted) {
    const count = await connection.read(bytes.subarray(received));
    if (count === null) return false;
    received += count;
  }
  return true;
}

function pings(): Uint8Array {
  const bytes = new Uint8Array(PINGS * RECORD);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < bytes.length; at += RECORD) {
    view.setUint32(at, recordHeader(KIND_CONTROL, MAX_CONTROL_BODY, ControlType.ping));
  }
  return bytes;
}

async function writeAll(connection: Connection, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) {
    sent += await connection.write(bytes.subarray(sent));
  }
}
