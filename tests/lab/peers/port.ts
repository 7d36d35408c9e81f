import { openLink } from "../../../ffi/link/open_link.ts";
import { ETHERTYPE_DISCOVERY, ETHERTYPE_SESSION } from "../../../src/pppoe/constants.ts";
import { type Mac, readMac } from "../../../src/pppoe/mac.ts";
import { Journal } from "../journal.ts";
import { observe, type Observed, showObserved } from "./observed.ts";

/** A host's connection to a wire. */
export interface Port extends AsyncDisposable {
  readonly mac: Mac;
  /** Every frame that arrived, whatever its destination. */
  readonly seen: Journal<Observed>;
  send(frame: Uint8Array): void;
}

/**
 * Opens an interface for all PPPoE frames that arrive there; `receive` is called after the journal
 * has the frame.
 */
export function openPort(name: string, receive: (frame: Observed) => void = () => {}): Port {
  const link = openLink({
    interface: name,
    promiscuous: true,
    etherTypes: [ETHERTYPE_DISCOVERY, ETHERTYPE_SESSION],
    kind: "plain",
  });
  const seen = new Journal(showObserved);
  const done = link.run({
    frame(bytes, _view, offset, length) {
      const frame = observe(bytes.slice(offset, offset + length));
      seen.add(frame);
      receive(frame);
    },
    batchEnd() {},
    state() {},
  });
  return {
    mac: readMac(link.mac, 0),
    seen,
    send: (frame) => link.send(frame),
    [Symbol.asyncDispose]: async () => {
      link.close();
      await done;
    },
  };
}
