import { type Context, Hono, type MiddlewareHandler } from "hono";
import { HTTPException } from "hono/http-exception";
import { LineLimit, suppressedFact } from "../../line_limit.ts";
import { logger } from "../../log.ts";
import type { Daemon } from "../../daemon/daemon.ts";
import { whoOf } from "./access.ts";
import { guard } from "./guard.ts";
import { problem } from "./problem.ts";
import { serveRoute } from "./route.ts";
import { ROUTES } from "../api/routes.ts";
import type { RequestContext } from "./request_context.ts";

const log = logger("admin");

/** Builds the HTTP application for a daemon. */
export function makeApp(daemon: Daemon): Hono<{ Bindings: RequestContext }> {
  const app = new Hono<{ Bindings: RequestContext }>();
  app.use(logged());
  app.use(guard(() => daemon.config().admin.hosts));
  app.use(async (c, next) => {
    await next();
    if (!c.res.headers.has("cache-control")) c.header("cache-control", "no-store");
    c.header("x-content-type-options", "nosniff");
  });
  for (const route of ROUTES) {
    const path = route.path.replaceAll(/\{(\w+)\}/g, ":$1");
    app.on(route.method, path, (c) => serveRoute(route, daemon, c));
  }
  for (const path of ["/", "/assets/:file"]) app.get(path, servePage);
  app.notFound((c) => {
    const methods = ROUTES.filter(({ path }) => fits(path, c.req.path)).map(({ method }) =>
      method.toUpperCase()
    );
    if (methods.length === 0) {
      return problem(404, `No such path: "${c.req.path}"; see /api/v1/openapi.json`);
    }
    const allow = methods.join(", ");
    return problem(405, `"${c.req.path}" allows only ${allow}`, undefined, { allow });
  });
  app.onError((error) => {
    if (error instanceof HTTPException) return error.getResponse();
    log.error("request failed", { error: String(error) });
    return problem(500, "Internal error; see the daemon's log");
  });
  return app;
}

/** Logs requests that change something, and refusals; plain reads are not logged. */
/** Maximum length of a query in the log. */
const MAX_QUERY = 200;

function logged(): MiddlewareHandler<{ Bindings: RequestContext }> {
  const limiter = new LineLimit(() => performance.now());
  return async (c, next) => {
    await next();
    const { method, path } = c.req;
    const { status } = c.res;
    const query = new URL(c.req.url).search.slice(1, MAX_QUERY);
    const facts = { method, path, ...(query !== "" && { query }), status, ...whoOf(c.env) };
    if (status === 401 || status === 403) {
      limiter.log(String(status), (suppressed) => {
        log.warning("admin request refused", { ...facts, ...suppressedFact(suppressed) });
      });
    } else if (c.env.acted) {
      log.info("admin request", facts);
    }
  };
}

/** Serves a file of the web page. The files are loaded on the first request. */
async function servePage(c: Context): Promise<Response> {
  const { assets, ASSET_HEADERS } = await import("../web/assets.ts");
  const asset = assets.get(c.req.path);
  if (asset === undefined) return await c.notFound();
  return c.body(asset.body, 200, { ...ASSET_HEADERS, "content-type": asset.type });
}

function fits(pattern: string, path: string): boolean {
  const [wanted, given] = [pattern.split("/"), path.split("/")];
  return wanted.length === given.length &&
    wanted.every((part, index) => part.startsWith("{") || part === given[index]);
}
