import type { EventKind } from "../daemon/event_feed.ts";
import type { Explanation } from "./explanation.ts";
import { LOG_MESSAGES } from "./log_messages.ts";

/** Events of the admin API and the page. */
export const EVENT_KINDS: Readonly<Record<EventKind, Explanation>> = {
  "ac-answers": LOG_MESSAGES["AC answers again"],
  "ac-refused": LOG_MESSAGES["AC refused"],
  "ac-silent": LOG_MESSAGES["AC does not answer"],
  "capture": LOG_MESSAGES["capture"],
  "certificate": {
    meaning: "A certificate expires soon, has expired or is not valid yet.",
    action: "Make a new certificate with `keygen certificate`, and pin it on the clients first.",
  },
  "connect-failed": LOG_MESSAGES["connect failed"],
  "drain": { meaning: "New sessions are refused, or accepted again." },
  "interface-down": LOG_MESSAGES["interface down"],
  "interface-up": LOG_MESSAGES["interface up"],
  "name-in-use": LOG_MESSAGES["client name in use"],
  "refused": LOG_MESSAGES["refused"],
  "reload": { meaning: "The configuration was reloaded, or the reload failed." },
  "resumed": LOG_MESSAGES["sessions resumed"],
  "server-refused": LOG_MESSAGES["server refused"],
  "session-closed": LOG_MESSAGES["session closed"],
  "session-opened": LOG_MESSAGES["session opened"],
  "tunnel-closed": LOG_MESSAGES["tunnel closed"],
  "tunnel-lost": LOG_MESSAGES["tunnel lost"],
  "tunnel-rejected": {
    meaning: "The server refused connections before login.",
    action: "Nothing, if the addresses are strangers'; otherwise see the reason.",
  },
  "tunnel-up": LOG_MESSAGES["tunnel up"],
};
