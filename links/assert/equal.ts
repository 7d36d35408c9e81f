/** What is equal where its text is. */
const TEXTUAL = [RegExp, URL, URLSearchParams, Intl.Locale].map(({ prototype }) =>
  prototype as object
);
const TypedArray = Object.getPrototypeOf(Uint8Array);

/**
 * Equality in structure, as the real package has it. 0 is -0 and NaN is NaN; what has no prototype is
 * an object like any other; of arrays and plain objects the enumerable keys count; of what belongs
 * to a class all it answers to, so two errors with different stacks differ.
 */
export function equal(a: unknown, b: unknown): boolean {
  return compare(a, b, new Map());
}

/** `seen` has each object that is being compared with the one it is compared to. */
function compare(a: unknown, b: unknown, seen: Map<object, object>): boolean {
  if (a === b || Object.is(a, b)) return true;
  if (!isObject(a) || !isObject(b)) return false;
  if (a instanceof Date && b instanceof Date) return Object.is(a.getTime(), b.getTime());
  if (kind(a) !== kind(b)) return false;
  if (a instanceof TypedArray) return sameElements(a as Elements, b as Elements);
  if (a instanceof ArrayBuffer || a instanceof SharedArrayBuffer) {
    return sameElements(new Uint8Array(a), new Uint8Array(b as ArrayBuffer));
  }
  if (a instanceof WeakRef) return compare(a.deref(), (b as WeakRef<object>).deref(), seen);
  if (seen.get(a) === b) return true;
  if (Object.keys(a).length !== Object.keys(b).length) return false;
  seen.set(a, b);
  if (a instanceof Set || a instanceof Map) return sameEntries(a, b as typeof a, seen);
  if (TEXTUAL.includes(kind(a))) return String(a) === String(b);
  const keys = isPlain(a) ? Reflect.ownKeys({ ...a, ...b }) : [...allKeys(a), ...allKeys(b)];
  return keys.every((key) =>
    key in a === key in b && compare(Reflect.get(a, key), Reflect.get(b, key), seen)
  );
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function kind(value: object): object {
  return Object.getPrototypeOf(value) ?? Object.prototype;
}

function isPlain(value: object): boolean {
  return kind(value) === Object.prototype || kind(value) === Array.prototype;
}

/** Keys of an object and of its classes, except of what every object or array has. */
function allKeys(value: object): PropertyKey[] {
  const isLast = value === Object.prototype || value === Array.prototype;
  if (isLast) return [];
  const above = Object.getPrototypeOf(value);
  return [...Reflect.ownKeys(value), ...(above === null ? [] : allKeys(above))];
}

type Elements = ArrayLike<unknown> & object;

function sameElements(a: Elements, other: Elements): boolean {
  if (a.length !== other.length) return false;
  for (let at = 0; at < a.length; at++) {
    if (a[at] !== other[at] && !Object.is(a[at], other[at])) return false;
  }
  return true;
}

type Collection = Set<unknown> | Map<unknown, unknown>;

/** Whether each entry of one has its like in the other, in any order. */
function sameEntries(a: Collection, b: Collection, seen: Map<object, object>): boolean {
  if (a.size !== b.size) return false;
  const others = [...b.entries()];
  return [...a.entries()].every(([key, value]) =>
    others.some(([otherKey, other]) => compare(key, otherKey, seen) && compare(value, other, seen))
  );
}
