/** Why a place in a file is not TOML, and what to write there. */

/** What is wrong, and what to write instead; both end without a full stop. */
type Fault = [words: string, remedy: string];

const NUMBER = [
  /^[+-]?(?:0|[1-9](?:_?\d)*)(?:\.\d(?:_?\d)*)?(?:[eE][+-]?\d(?:_?\d)*)?$/,
  /^[+-]?(?:inf|nan)$/,
  /^0x[0-9A-Fa-f](?:_?[0-9A-Fa-f])*$/,
  /^0o[0-7](?:_?[0-7])*$/,
  /^0b[01](?:_?[01])*$/,
];
const WHOLE = /^[+-]?\d[\d_]*$|^0[xob]/;
const DATE =
  /^(?:\d{4}-\d\d-\d\d(?:[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)?)?|\d\d:\d\d:\d\d(?:\.\d+)?)$/;
/** Booleans and null of other formats. */
const TRUE = /^(?:true|yes|on)$/i;
const FALSE = /^(?:false|no|off|none|null)$/i;
/** Quotation marks of word processors and web pages. */
const CURLY = /[\u2018-\u201f\u00ab\u00bb]/;
const ALL_CURLY = new RegExp(CURLY, "g");
/** A letter, mark or invisible sign at the start of a text that names of settings do not have. */
const FOREIGN = /^(?!\p{ASCII})[\p{L}\p{M}\p{N}\p{Cf}]/u;
/** Starts of comments in other formats. */
const COMMENT = /^(?:;|\/\/|\/\*|--)/;
/** Digits of a secret or token, which no message may show. */
const SECRET = /[0-9a-f]{32,}/gi;
/** Maximum length of a value in a message. */
const MAX_SHOWN = 60;

/** Why an unquoted value, followed by `rest` on its line, is invalid; undefined for a valid one. */
export function scalarFault(token: string, rest: string): Fault | undefined {
  if (token === "true" || token === "false") return undefined;
  if (NUMBER.some((pattern) => pattern.test(token))) {
    const isTooLarge = WHOLE.test(token) &&
      !Number.isSafeInteger(Number(token.replaceAll("_", "")));
    return isTooLarge
      ? [`The number ${shown(token)} is too large`, "write a smaller one"]
      : undefined;
  }
  if (DATE.test(token)) {
    return ["Dates and times are not supported", `for a text write "${token}"`];
  }
  if (TRUE.test(token)) return [`"Yes" is written true, not ${token}`, "write true"];
  if (FALSE.test(token)) return [`"No" is written false, not ${token}`, "write false"];
  if (/^[+-]?0\d+$/.test(token)) {
    return [`The number ${shown(token)} starts with 0`, "write it without leading zeros"];
  }
  return textFault(token, rest);
}

/** Why an unquoted text is no value. */
function textFault(token: string, rest: string): Fault {
  if (token === "=") return ['There are two "="', "remove one"];
  if (token === ">") return ['A setting is written with "=", not "=>"', 'write "="'];
  if (CURLY.test(token)) return curlyFault(token, rest);
  if (token.length > 1 && token.endsWith(";")) {
    return ['A line does not end with ";"', "remove it"];
  }
  if (/["']$/.test(token)) {
    return [`The quotation mark before ${shown(token)} is missing`, "write it"];
  }
  const text = rest === "" || /^[,\]}]/.test(rest) ? token : `${token} ${rest}`;
  return ["Text needs quotation marks", `write "${shown(text)}"`];
}

function curlyFault(token: string, rest: string): Fault {
  const whole = /^[,\]}]/.test(rest) ? token : `${token} ${rest}`.trim();
  return [
    "These quotation marks are curly, as web pages and word processors make them",
    `write plain ones: ${shown(whole.replace(ALL_CURLY, '"'))}`,
  ];
}

/** Why a key that is followed by `rest` instead of "=" is no setting. */
export function equalsFault(key: string, rest: string): Fault {
  const name = shown(key);
  if (FOREIGN.test(rest)) return foreignFault(name, rest);
  if (rest === "") return [`"=" and a value are missing after "${name}"`, "write both"];
  if (rest.startsWith("]")) {
    return [`"[" is missing before the table's name`, `write [${name}]`];
  }
  if (rest.startsWith("{")) {
    return [`A table is not written in "{ }" over several lines`, `write [${name}]`];
  }
  if (rest === ":") {
    return [`A table is not written with ":"`, `write [${name}]`];
  }
  if (rest.startsWith(":")) {
    const value = rest.replace(/^:=?\s*/, "");
    return [`A setting is written with "=", not ":"`, `write ${name} = ${asValue(value)}`];
  }
  return [`"=" is missing after "${name}"`, `write ${name} = ${asValue(rest)}`];
}

/** Why a key that continues with, or starts with, a letter or sign that no key has is none. */
function foreignFault(name: string, rest: string): Fault {
  const [sign] = FOREIGN.exec(rest) ?? [""];
  const code = `U+${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
  const where = name === "" ? "A name starts with" : `After "${name}" the name has`;
  return [
    `${where} the character ${code}, which may look like another or like nothing`,
    "write the name again, in letters of ASCII",
  ];
}

/** A text as a TOML value, for a suggestion. */
function asValue(text: string): string {
  const value = text.replace(/[,;]$/, "");
  if (value === "") return "…";
  if (/^["'[{]/.test(value) || scalarFault(value, "") === undefined) return shown(value);
  return `"${shown(value.replace(ALL_CURLY, ""))}"`;
}

/** Why what follows a complete setting on its line does not belong there. */
export function surplusFault(rest: string): Fault {
  if (rest === ",") return ['A line does not end with ","', "remove it"];
  if (rest.startsWith(",")) return ["Several values need brackets around them", "write [ ] around"];
  if (rest.startsWith(";")) return ['A line does not end with ";"', "remove it"];
  if (/^[\]}]/.test(rest)) return [`There is one "${rest[0]}" too many`, "remove it"];
  if (COMMENT.test(rest)) return commentFault(rest);
  if (CURLY.test(rest[0])) return ["A curly quotation mark follows the plain one", "remove it"];
  return [
    `Only one setting fits on a line, but ${shown(rest)} follows`,
    'put it on its own line, or write "#" before a comment',
  ];
}

function commentFault(text: string): Fault {
  const [mark] = COMMENT.exec(text) ?? [""];
  return [`A comment starts with "#", not "${mark}"`, `write "#"`];
}

/** Why a text is neither a key nor the start of a table. */
export function keyFault(text: string): Fault {
  if (text === "") return ["A name is missing here", "write it, or remove the line"];
  if (text.startsWith("=")) return [`The name before "=" is missing`, "write it"];
  if (/^[\]}]/.test(text)) return [`There is one "${text[0]}" too many`, "remove it"];
  if (COMMENT.test(text)) return commentFault(text);
  if (CURLY.test(text)) return curlyFault(text, "");
  if (FOREIGN.test(text)) return foreignFault("", text);
  if (text === "-") return [`A list of tables is not written with "-"`, "write [[clients]]"];
  return [
    `"${shown(text)}" is neither a setting such as name = "wan0" nor a table such as [interface]`,
    'correct it, or write "#" before a comment',
  ];
}

function shown(text: string): string {
  const safe = text.replace(SECRET, "…");
  return safe.length <= MAX_SHOWN ? safe : `${safe.slice(0, MAX_SHOWN)}…`;
}
