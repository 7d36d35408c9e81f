/** `deno task man`: writes the manual pages to this folder, and docs/messages.md. */
import { messagesPage } from "../../src/messages/messages_page.ts";
import { manualPages } from "./pages.ts";

for (const [name, text] of await manualPages()) {
  await Deno.writeTextFile(new URL(name, import.meta.url), text);
}
await Deno.writeTextFile(new URL("../../docs/messages.md", import.meta.url), messagesPage());
