import * as v from "valibot";
import { parseMac } from "../../pppoe/mac.ts";
import { refuse } from "../http/problem.ts";
import type { Route } from "../http/route.ts";
import { CustomerStories } from "./look_back_schema.ts";
import { answersOf } from "./shard_answers.ts";
import { storiesOf } from "./story_snapshot.ts";

/** Returns what happened to one customer. */
export const STORY: Route = {
  method: "get",
  path: "/api/v1/customers/{mac}/story",
  summary: "What happened to a customer: its requests, refusals and sessions, in order",
  query: v.strictObject({}),
  answers: { 200: { description: "The story", schema: CustomerStories } },
  async handle(daemon, { params }) {
    const customer = parseMac(params.mac);
    if (customer === undefined) {
      refuse(400, `"${params.mac}" is not a MAC address such as "02:00:00:00:00:01"`);
    }
    const open = (await answersOf(daemon, "sessions", { mac: params.mac, limit: MAX_OPEN }))
      .flatMap(({ sessions }) => sessions)
      .filter(({ customer_mac: mac }) => parseMac(mac) === customer);
    const { mode, interface: { name } } = daemon.config();
    const found = storiesOf(mode, daemon.stories, customer, open);
    if (found.stories.length > 0) return found;
    return refuse(
      404,
      `Nothing is known of ${params.mac}: no PADI of it has reached this ${mode} in the last 7 days` +
        (mode === "client"
          ? `; look for its PADIs on ${name} with \`tcpdump -i ${name} pppoed\``
          : ""),
    );
  },
};

/** Maximum number of open sessions of one customer that are named. */
const MAX_OPEN = 100;
