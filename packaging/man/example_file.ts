/** Reads the comments of config.example.toml. */

/** A table or a key, with the comment above it. */
export interface ExampleEntry {
  /** For example `tunnel.keepalive` or `clients[].name`. */
  path: string;
  /** As written in the file; undefined for a table. */
  value: string | undefined;
  comment: string;
}

const CLIENT_MARK = "#: ";

/** Returns the entries of the server's part and of the client's, in order. */
export function exampleEntries(source: string): { server: ExampleEntry[]; client: ExampleEntry[] } {
  const lines = source.split("\n");
  const client = lines.filter((line) => line.startsWith(CLIENT_MARK));
  return {
    server: entries(lines.filter((line) => !line.startsWith(CLIENT_MARK))),
    client: entries(client.map((line) => line.slice(CLIENT_MARK.length))),
  };
}

function entries(lines: readonly string[]): ExampleEntry[] {
  const found: ExampleEntry[] = [];
  let comment: string[] = [];
  let table = "";
  const add = (path: string, value?: string): void => {
    found.push({ path, value, comment: comment.join(" ") });
    comment = [];
  };
  for (const line of lines) {
    const [, array, header] = /^(\[?)\[([\w.]+)\]/.exec(line) ?? [];
    // A commented-out key is optional.
    const [, key, value] = /^(?:# )?([a-z][a-z_]*) = ("[^"]*"|\[[^\]]*\]|\S+)/.exec(line) ?? [];
    const [, remark] = /^# (.*)/.exec(line) ?? [];
    if (header !== undefined) add(table = header + (array === "" ? "" : "[]"));
    else if (key !== undefined) add(table === "" ? key : `${table}.${key}`, value);
    else if (remark !== undefined) comment.push(remark);
    else comment = [];
  }
  return found;
}
