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
/** Maximum length of a value in a message. */
const MAX_SHOWN = 60;

/** Why an unquoted value is invalid, and what to write; undefined for a valid one. */
export function scalarFault(token: string): string | undefined {
  if (token === "true" || token === "false") return undefined;
  if (NUMBER.some((pattern) => pattern.test(token))) {
    const isTooLarge = WHOLE.test(token) &&
      !Number.isSafeInteger(Number(token.replaceAll("_", "")));
    return isTooLarge ? `The number ${shorten(token)} is too large` : undefined;
  }
  if (DATE.test(token)) return `Dates and times are not supported; for a text write "${token}"`;
  if (TRUE.test(token)) return `Write true, not ${token}`;
  if (FALSE.test(token)) return `Write false, not ${token}`;
  if (/^[+-]?0\d+$/.test(token)) return `Write the number ${token} without leading zeros`;
  if (/^["']|["']$/.test(token)) {
    return `A quotation mark is missing at the start of ${shorten(token)}`;
  }
  if (/[\u2018-\u201f\u00ab\u00bb]/.test(token)) {
    return `${shorten(token)} has curly quotation marks; use plain ones`;
  }
  if (token === "=") return 'Remove the second "="';
  return `Text needs quotation marks: write "${shorten(token)}"`;
}

function shorten(token: string): string {
  return token.length <= MAX_SHOWN ? token : `${token.slice(0, MAX_SHOWN)}…`;
}
