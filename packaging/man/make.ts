/** `deno task man`: writes the manual pages to this folder. */
import { manualPages } from "./pages.ts";

for (const [name, text] of await manualPages()) {
  await Deno.writeTextFile(new URL(name, import.meta.url), text);
}
