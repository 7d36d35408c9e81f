/** Sets up one end: asks, plans, writes, and says what to do next. */
import { dirname, join } from "node:path";
import { ethernetInterfaces, machineAddresses } from "../../checks/interface_facts.ts";
import { formatAddress, isLoopback } from "../../config/addresses.ts";
import { readPin } from "../../config/files/certificate.ts";
import { CERTIFICATE_DAYS, newSecret } from "../keygen/new_secret.ts";
import { makeSelfSigned } from "../keygen/self_signed.ts";
import { thisMachine } from "../service/init_system.ts";
import { nextStep } from "../service/next_step.ts";
import { readBundle } from "./bundle.ts";
import { placeFiles } from "./place_files.ts";
import { listenFor, planClient, type PlannedFile, planServer, stateDirFor } from "./plan.ts";
import { answerTo, type Ask } from "./questions.ts";
import { readAddress, readInterface, readMac, readStem } from "./answers.ts";

/** Values of options by name. */
type Values = ReadonlyMap<string, string>;

const PORT = 8443;

/** Writes a server's files; returns what to print. */
export async function setUpServer(config: string, values: Values, ask?: Ask): Promise<string> {
  const link = interfaceFor("On which interface is the access concentrator?", values, ask);
  const address = answerTo(
    {
      option: "address",
      placeholder: "ADDRESS",
      text: "At which address and port do clients reach this server?",
      suggestion: ownAddress(),
      sure: false,
      read: readAddress,
    },
    values.get("address"),
    ask,
  );
  const name = answerTo(
    {
      option: "name",
      placeholder: "NAME",
      text: "What is the first client called?",
      suggestion: "branch-1",
      sure: true,
      read: readStem,
    },
    values.get("name"),
    ask,
  );
  const listen = values.get("listen");
  const answers = {
    interface: link,
    mac: macFor(values, ask),
    stateDir: values.get("state-dir") ?? stateDirFor(config),
    listen: listen === undefined ? listenFor(address) : readAddress(listen),
    name,
  };
  const identity = await makeSelfSigned(address.host, CERTIFICATE_DAYS, new Date());
  const files = planServer(config, answers, { connect: address, secret: newSecret(), identity });
  const more = await placeFiles(files);
  const pin = (await readPin(identity.certificate)).toHex();
  return [
    wrote(files),
    `SHA-256 of the certificate: ${pin}`,
    ...(more === "" ? [] : [more]),
    carrying(join(dirname(config), `${name}.bundle`)),
    nextStep(config, await thisMachine()),
  ].join("\n");
}

/** Writes a client's files; returns what to print. */
export async function setUpClient(config: string, values: Values, ask?: Ask): Promise<string> {
  const path = answerTo(
    {
      option: "from",
      placeholder: "FILE",
      text:
        "Which file has the server written for this client (NAME.bundle, by its init or add-client)?",
      sure: false,
      read: (answer) => answer,
    },
    values.get("from"),
    ask,
  );
  const bundle = readBundle(path);
  const link = interfaceFor("On which interface are the customers?", values, ask);
  const connect = answerTo(
    {
      option: "address",
      placeholder: "ADDRESS",
      text: "At which address and port is the server?",
      suggestion: bundle.connect.map(formatAddress).join(","),
      sure: true,
      read: (answer) => answer.split(",").map((part) => readAddress(part.trim())),
    },
    values.get("address"),
    ask,
  );
  const { name, transport } = bundle;
  const stateDir = values.get("state-dir") ?? stateDirFor(config);
  const answers = { interface: link, mac: macFor(values, ask), stateDir, connect, transport, name };
  const files = planClient(config, answers, bundle);
  const more = await placeFiles(files);
  return [
    wrote(files),
    ...(more === "" ? [] : [more]),
    `Delete "${path}", here and on the server: it contains the secret.`,
    nextStep(config, await thisMachine()),
  ].join("\n");
}

function interfaceFor(text: string, values: Values, ask: Ask | undefined): string {
  const names = ethernetInterfaces().map((it) => it.name);
  const list = names.length === 0 ? "" : ` (${names.join(", ")})`;
  const [first, ...others] = names;
  return answerTo(
    {
      option: "interface",
      placeholder: "INTERFACE",
      text: `${text}${list}`,
      suggestion: first,
      sure: others.length === 0,
      read: (answer) => readInterface(answer, names),
    },
    values.get("interface"),
    ask,
  );
}

function macFor(values: Values, ask: Ask | undefined): "own" | "transparent" {
  return answerTo(
    {
      option: "mac",
      placeholder: "own|transparent",
      text:
        "Which MAC addresses do frames have there: the interface's (own), or the peers' (transparent)?",
      suggestion: "own",
      sure: true,
      read: readMac,
    },
    values.get("mac"),
    ask,
  );
}

/** An address of this machine that others may reach. */
function ownAddress(): string | undefined {
  const found = machineAddresses().find(({ address, family }) =>
    family === "IPv4" && !isLoopback(address)
  );
  return found === undefined ? undefined : formatAddress({ host: found.address, port: PORT });
}

function wrote(files: readonly PlannedFile[]): string {
  return `Wrote ${files.map(({ path }) => `"${path}"`).join(", ")}.`;
}

/** How a bundle gets to its client. */
export function carrying(bundle: string): string {
  return `"${bundle}" is for the client. It contains a secret, so carry it over a secure channel and
delete it afterwards:
  scp "${bundle}" CLIENT:
  pppoe-proxy init client --from ${bundle.replace(/^.*\//, "")}        (on the client)`;
}
