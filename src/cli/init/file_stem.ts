/** Whether a client's name can be that of its files too. */
export function isFileStem(name: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$/.test(name);
}
