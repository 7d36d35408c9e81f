import { openLink } from "../../../ffi/link/open_link.ts";
import {
  CODE_SESSION,
  ETHERTYPE_DISCOVERY,
  ETHERTYPE_SESSION,
} from "../../../src/pppoe/constants.ts";
import { observe, type Observed } from "../peers/observed.ts";

/**
 * Shows every session frame that arrives at an interface, whatever its destination, and keeps none.
 */
export function watchFrames(name: string, show: (frame: Observed) => void): AsyncDisposable {
  const link = openLink({
    interface: name,
    promiscuous: true,
    etherTypes: [ETHERTYPE_DISCOVERY, ETHERTYPE_SESSION],
    kind: "plain",
  });
  const done = link.run({
    frame(bytes, _view, offset, length) {
      const frame = observe(bytes.slice(offset, offset + length));
      if (frame.code === CODE_SESSION) show(frame);
    },
    batchEnd() {},
    state() {},
  });
  return {
    [Symbol.asyncDispose]: async () => {
      link.close();
      await done;
    },
  };
}
