import { stripVTControlCharacters } from "node:util";
import { AssertionError } from "./assertion_error.ts";

// deno-lint-ignore no-explicit-any
type ErrorClass<E extends Error> = abstract new (...args: any[]) => E;

/** Fails unless `fn` throws, and returns what it throws. */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
/** Fails unless `fn` throws such an error, and returns it. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  classOrMsg?: ErrorClass<E> | string,
  msgIncludes?: string,
  msg?: string,
): unknown {
  const [type, note] = read(classOrMsg, msg);
  try {
    fn();
  } catch (error) {
    check(error, "thrown", { type, msgIncludes, note });
    return error;
  }
  throw new AssertionError(`Expected function to throw${note}`);
}

/** Fails unless `fn` returns a promise that is rejected, and returns what it is rejected with. */
export function assertRejects(fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
/** Fails unless `fn` returns a promise that is rejected with such an error, and returns it. */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  classOrMsg?: ErrorClass<E> | string,
  msgIncludes?: string,
  msg?: string,
): Promise<unknown> {
  const [type, note] = read(classOrMsg, msg);
  const promise = started(fn, note);
  try {
    await promise;
  } catch (error) {
    check(error, "rejected", { type, msgIncludes, note });
    return error;
  }
  throw new AssertionError(`Expected function to reject${note}`);
}

/** The promise of `fn`, which may not throw before it returns one. */
function started(fn: () => PromiseLike<unknown>, note: string): PromiseLike<unknown> {
  const failure = `Function throws when expected to reject${note}`;
  let promise: PromiseLike<unknown>;
  try {
    promise = fn();
  } catch (cause) {
    throw new AssertionError(failure, { cause });
  }
  const isPromise = typeof promise === "object" && typeof promise?.then === "function";
  if (!isPromise) throw new AssertionError(failure);
  return promise;
}

/** The second argument may be the message. */
function read<E extends Error>(
  classOrMsg: ErrorClass<E> | string | undefined,
  msg: string | undefined,
): [type: ErrorClass<E> | undefined, note: string] {
  const text = typeof classOrMsg === "string" ? classOrMsg : msg;
  return [typeof classOrMsg === "string" ? undefined : classOrMsg, text ? `: ${text}` : "."];
}

interface Expected {
  type: ErrorClass<Error> | undefined;
  msgIncludes: string | undefined;
  note: string;
}

function check(
  error: unknown,
  how: "thrown" | "rejected",
  { type, msgIncludes, note }: Expected,
): void {
  if (type === undefined) return;
  if (!(error instanceof Error)) {
    throw new AssertionError(`A non-Error object was ${how}${note}`);
  }
  const { message, constructor: { name } } = error;
  if (!(error instanceof type)) {
    throw new AssertionError(
      `Expected error to be instance of "${type.name}", but was "${name}"${note}`,
      { cause: error },
    );
  }
  const plain = stripVTControlCharacters(message);
  if (!plain.includes(stripVTControlCharacters(msgIncludes ?? ""))) {
    throw new AssertionError(
      `Expected error message to include ${JSON.stringify(msgIncludes)}, but got ${
        JSON.stringify(message)
      }${note}`,
    );
  }
}
