import type { EventKind } from "../daemon/event_feed.ts";
import type { Explanation } from "./explanation.ts";

/** Events of the admin API and the page. */
export const EVENT_KINDS: Readonly<Record<EventKind, Explanation>> = {
  "capture": { meaning: "A capture was started or has ended." },
  "certificate": {
    meaning: "A certificate expires soon, has expired or is not valid yet.",
    action: "Make a new certificate with `keygen certificate`, and pin it on the clients first.",
  },
  "drain": { meaning: "New sessions are refused, or accepted again." },
  "interface-down": {
    meaning: "The interface is down or gone.",
    action: "`ip link show` tells; the daemon continues as soon as the interface is back.",
  },
  "interface-up": { meaning: "The interface is up." },
  "name-in-use": {
    meaning: "A client was refused because another host is connected under its name.",
    action: "Give each client a name and a secret of its own; change the secret if it was stolen.",
  },
  "refused": {
    meaning: "A customer's packet was dropped for a reason that an operator should know.",
    action: "See the reason among the drop reasons.",
  },
  "reload": { meaning: "The configuration was reloaded, or the reload failed." },
  "resumed": { meaning: "A tunnel returned, and both sides agreed on which sessions continue." },
  "session-closed": { meaning: "A session ended." },
  "session-opened": { meaning: "A session was opened." },
  "tunnel-down": {
    meaning: "A tunnel ended, or an attempt to connect failed.",
    action: "See the reason among the tunnel's ends.",
  },
  "tunnel-rejected": {
    meaning: "The server refused connections before login.",
    action: "Nothing, if the addresses are strangers'; otherwise see the reason.",
  },
  "tunnel-up": { meaning: "A tunnel is up." },
};
