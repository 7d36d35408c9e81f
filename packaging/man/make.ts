/** `deno task man`: writes the manual pages beside this file. */
import { manualPages } from "./pages.ts";

for (const [name, text] of await manualPages()) {
  await Deno.writeTextFile(new URL(name, import.meta.url), text);
}
