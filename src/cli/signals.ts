/**
 * The signals of a process from its start on. A signal that arrives before there is a handler waits
 * for it, once: without this the kernel would end a daemon that still starts (signal(7)).
 */
export class Signals<Name extends Deno.Signal> implements Disposable {
  #listeners = new Map<Name, () => void>();
  #pending = new Set<Name>();
  #handlers: Readonly<Record<Name, () => void>> | undefined;

  constructor(names: readonly Name[]) {
    for (const name of names) {
      const listener = (): void => this.#received(name);
      this.#listeners.set(name, listener);
      Deno.addSignalListener(name, listener);
    }
  }

  /** Calls these handlers from now on, first for signals that have arrived already. */
  handle(handlers: Readonly<Record<Name, () => void>>): void {
    this.#handlers = handlers;
    for (const name of this.#pending) handlers[name]();
    this.#pending.clear();
  }

  #received(name: Name): void {
    if (this.#handlers === undefined) this.#pending.add(name);
    else this.#handlers[name]();
  }

  /** Signals have their default effect again. */
  [Symbol.dispose](): void {
    for (const [name, listener] of this.#listeners) Deno.removeSignalListener(name, listener);
    this.#listeners.clear();
  }
}
