import { dispatch } from "./src/cli/mod.ts";

if (import.meta.main) Deno.exit(await dispatch(Deno.args));
