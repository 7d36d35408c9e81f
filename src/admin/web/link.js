// @ts-check
/// <reference lib="dom" />
/**
 * Opens the page by a link with a code, `#code=…`: exchanges the code for a token of this tab. The
 * code is in the fragment, which browsers send to nobody.
 */
import { noteInTokenDialog } from "./dialogs.js";
import { storeLinkToken } from "./token.js";

const CODE = /^#code=([0-9a-f]{32})$/;
const TIMEOUT = 8_000;

/** Takes the code out of the address, so that a reload or a bookmark does not have it. */
export async function openByLink() {
  const code = CODE.exec(location.hash)?.[1];
  if (code === undefined) return;
  history.replaceState(null, "", "#/overview");
  try {
    const response = await fetch("api/v1/web-tokens", {
      method: "POST",
      body: JSON.stringify({ code }),
      headers: { "content-type": "application/json" },
      signal: AbortSignal.timeout(TIMEOUT),
    });
    const { token, detail } = await response.json();
    if (response.ok) storeLinkToken(token);
    else noteInTokenDialog(detail);
  } catch {
    noteInTokenDialog("The daemon did not answer to this link; make another one.");
  }
}
