/** The recipe "reverse-proxy" with real reverse proxies, in their own files. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { makeSelfSigned } from "../../src/cli/keygen/self_signed.ts";
import { insideLab, Lab } from "../lab/lab.ts";
import type { LabProcess } from "../lab/process.ts";
import { needing } from "../needs.ts";
import { ROOT } from "../sources.ts";
import { until } from "../until.ts";
import { layRecipe } from "./recipe.ts";

const ignore = !insideLab();
const FILES = `${ROOT}packaging/reverse-proxy`;
/** The name in the files. */
const HOST = "proxy.example";
const TOKEN = crypto.getRandomValues(new Uint8Array(32)).toHex();
/** What nginx keeps outside its configuration. */
const TEMPORARY = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
  .map((kind) => `${kind}_temp_path tmp_${kind};`).join("\n");

/** How to start a reverse proxy with its file; `folder` has `proxy.crt` and `proxy.key`. */
interface ReverseProxy {
  command(folder: string): Promise<string[]>;
}

const NGINX: ReverseProxy = {
  async command(folder) {
    const file = await Deno.readTextFile(`${FILES}/nginx.conf`);
    const site = file.replaceAll(`/etc/ssl/${HOST}.`, `${folder}/proxy.`);
    const main =
      `daemon off;\nuser root root;\npid nginx.pid;\nerror_log stderr;\nevents {}\nhttp {\n${TEMPORARY}
access_log off;\n${site}}\n`;
    await Deno.writeTextFile(`${folder}/nginx.conf`, main);
    return ["nginx", "-p", folder, "-e", "stderr", "-c", `${folder}/nginx.conf`];
  },
};

const CADDY: ReverseProxy = {
  async command(folder) {
    const file = await Deno.readTextFile(`${FILES}/Caddyfile`);
    // There is no authority here that would issue a certificate.
    const site = file.replace(
      `\n${HOST} {\n`,
      `\n${HOST} {\n\ttls ${folder}/proxy.crt ${folder}/proxy.key\n`,
    );
    await Deno.writeTextFile(
      `${folder}/Caddyfile`,
      `{\n\tadmin off\n\tgrace_period 1s\n}\n${site}`,
    );
    return ["caddy", "run", "--config", `${folder}/Caddyfile`, "--adapter", "caddyfile"];
  },
};

/** Waits until something listens on the HTTPS port of this network namespace. */
async function listening(process: LabProcess): Promise<void> {
  const connects = () =>
    Deno.connect({ hostname: "127.0.0.1", port: 443 }).then((connection) => {
      connection.close();
      return true;
    }, () => false);
  await until(connects, () => `nothing listens: ${process.output.entries.join("\n")}`);
}

/** Asks through the reverse proxy; reads until `until` is in the answer. */
async function ask(caCerts: string[], path: string, until: string): Promise<string> {
  using plain = await Deno.connect({ hostname: "127.0.0.1", port: 443 });
  const tls = await Deno.startTls(plain, { hostname: HOST, caCerts });
  const head = [`GET ${path} HTTP/1.1`, `Host: ${HOST}`, `Authorization: Bearer ${TOKEN}`];
  await tls.write(new TextEncoder().encode(`${head.join("\r\n")}\r\n\r\n`));
  let answer = "";
  for await (const chunk of tls.readable.pipeThrough(new TextDecoderStream())) {
    answer += chunk;
    if (answer.includes(until)) break;
  }
  return answer;
}

for (const [program, proxy] of [["nginx", NGINX], ["caddy", CADDY]] as const) {
  Deno.test(needing([program], {
    name: `the recipe "reverse-proxy" with ${program}: page, API and the stream of events`,
    ignore,
    async fn() {
      await using lab = await Lab.open();
      await lab.cable("wan0", "ac0");
      const { certificate, key } = await makeSelfSigned(HOST, 90, new Date());
      await lab.write("proxy.crt", certificate);
      await lab.write("proxy.key", key, 0o600);
      const { start } = await layRecipe(lab, "reverse-proxy");
      await lab.write("admin.token", `${TOKEN}\n`);
      await start();
      const [name, ...args] = await proxy.command(lab.folder);
      const env = { HOME: lab.folder, XDG_DATA_HOME: lab.folder, XDG_CONFIG_HOME: lab.folder };
      await listening(lab.start({ name, program: name, args, env }));

      assertStringIncludes(await ask([certificate], "/", "</html>"), "pppoe-proxy");
      const status = await ask([certificate], "/api/v1/status", '"interface"');
      assertEquals(status.split(" ")[1], "200");
      // The first event comes while the stream is open: nothing waits for its end.
      assertStringIncludes(await ask([certificate], "/api/v1/events", "\n\n"), "event-stream");
    },
  }));
}
