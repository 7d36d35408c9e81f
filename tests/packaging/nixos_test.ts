/** NixOS's module: nix evaluates it, and its service is that of the systemd unit. */
import { assertEquals } from "@std/assert";
import { withFolder } from "../cli/process.ts";
import { runCommand } from "../lab/process.ts";
import { needing } from "../needs.ts";
import { ROOT } from "../sources.ts";

const FOLDER = `${ROOT}packaging/nixos`;
const UNIT = `${ROOT}packaging/systemd/pppoe-proxy.service`;
/** What NixOS does in another way, or has to have another value. */
const DIFFERENT = [
  ...["ExecStart", "ExecReload", "ExecPaths", "Environment", "LoadCredential"],
  ...["ConfigurationDirectory", "ConfigurationDirectoryMode", "RuntimeDirectoryPreserve"],
  ...["CacheDirectory", "CacheDirectoryMode"],
];

/** Applies the module with the few functions of nixpkgs that it uses. */
const APPLIED = `
let
  lib = {
    mkIf = condition: value: if condition then value else { };
    mkOption = option: option;
    mkEnableOption = text: text;
    mapAttrsToList = f: set: map (name: f name set.\${name}) (builtins.attrNames set);
    types = { package = "package"; path = "path"; attrsOf = type: type; };
  };
  pkgs.formats.toml = { }: { type = "toml"; generate = name: value: "/nix/store/\${name}"; };
  config.services.pppoe-proxy = {
    enable = true;
    package = "/nix/store/package";
    settings.mode = "client";
    credentials."branch-1.secret" = "/etc/branch-1.secret";
  };
in (import ${FOLDER}/module.nix { inherit config lib pkgs; }).config
`;

async function nix(...args: string[]): Promise<string> {
  return await runCommand("nix-instantiate", "--store", "dummy://", ...args);
}

/** The settings of a unit's section [Service]; a key that comes again has several values. */
function serviceOf(unit: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const [, section = ""] = /^\[Service\]\n([^]*?)\n\[Install\]/m.exec(unit) ?? [];
  for (const [, key, value] of section.matchAll(/^(\w+)=(.*)$/gm)) {
    found.set(key, [...found.get(key) ?? [], value]);
  }
  return found;
}

Deno.test(needing(["nix-instantiate"], {
  name: "the module of NixOS makes the same service as the systemd unit",
  fn: () =>
    withFolder(async (folder) => {
      await nix("--parse", `${FOLDER}/package.nix`);
      await Deno.writeTextFile(`${folder}/applied.nix`, APPLIED);
      const text = await nix("--eval", "--strict", "--json", `${folder}/applied.nix`);
      const { systemd: { services }, users } = JSON.parse(text);
      const { serviceConfig, startLimitIntervalSec } = services["pppoe-proxy"];
      assertEquals([startLimitIntervalSec, users.users["pppoe-proxy"].isSystemUser], [0, true]);
      assertEquals(serviceConfig.LoadCredential, ["branch-1.secret:/etc/branch-1.secret"]);
      const made = Object.entries(serviceConfig).map(([key, value]) => {
        const values = Array.isArray(value) ? value : [value];
        return [key, values.map((one) => one === true ? "yes" : String(one))] as const;
      });
      const wanted = [...serviceOf(await Deno.readTextFile(UNIT))];
      const same = (entries: readonly (readonly [string, string[]])[]) =>
        entries.filter(([key]) => !DIFFERENT.includes(key)).toSorted(([a], [b]) => a < b ? -1 : 1);
      assertEquals(same(made), same(wanted));
    }),
}));
