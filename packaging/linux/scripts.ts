const FOLDER = new URL("scripts/", import.meta.url).pathname;
/** A line that stands for a script of that folder; its indentation is that of the script. */
const INCLUDE = /^([ \t]*)# @include ([\w.-]+)\n/gm;

/** Replaces lines `# @include NAME` by the scripts that both package formats share. */
export function includeScripts(text: string): string {
  return text.replace(
    INCLUDE,
    (_, indent: string, name: string) =>
      Deno.readTextFileSync(FOLDER + name).replace(/^(?=.)/gm, indent),
  );
}
