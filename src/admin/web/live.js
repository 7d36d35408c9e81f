// @ts-check
/// <reference lib="dom" />
/** What the page knows of the daemon: asked every two seconds, and when an event says so. */
import { ask, followEvents, ProblemError } from "./api.js";
import { peerOf } from "./format.js";
import { Rates } from "./rates.js";
import { Series } from "./series.js";

/** Interval between polls, in milliseconds. */
const PERIOD = 2_000;
/** Events kept, as many as the daemon keeps. */
const EVENTS = 512;

/**
 * What a view asks for: paths below `api/v1/`, by the name of the answer.
 *
 * @typedef {Readonly<Record<string, string>>} Needs
 */

/** The daemon as far as it is known. */
export class Live {
  /** @type {any} The latest status; undefined before the first. */
  status;
  /** Answers by name; a ProblemError for a refusal. @type {Record<string, any>} */
  answers = {};
  /** Newest first. @type {any[]} */
  events = [];
  /** Why there is no answer. @type {unknown} */
  failure;
  /** @type {"connecting" | "live" | "lost"} */
  connection = "connecting";
  /** When the daemon answered last, ISO 8601. */
  heardAt = "";
  rates = new Rates();
  peerRates = new Rates();
  sessionRates = new Rates();
  series = new Series();

  /** @type {Needs} */
  #needs = {};
  /** What the answers are about: the needs that they were given for. */
  #subject = "";
  #asked = 0;
  #shown = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {{ changed: () => void; event: (event: any) => void }} */
  #observer;
  /** @type {() => void} */
  #followAnew;

  /** @param {{ changed: () => void; event: (event: any) => void }} observer */
  constructor(observer) {
    this.#observer = observer;
    this.#followAnew = followEvents((event) => this.#add(event));
    this.#poll();
  }

  /**
   * Asks for this from now on.
   *
   * @param {Needs} needs
   * @param {string} subject Answers for the same subject stay until newer ones arrive.
   */
  want(needs, subject) {
    this.#needs = needs;
    if (subject !== this.#subject) this.answers = {};
    this.#subject = subject;
    this.soon(0);
  }

  /** Schedules an update; calls before it runs are merged. @param {number} [delay] */
  soon(delay = 100) {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#update();
    }, delay);
  }

  async #poll() {
    for (;;) {
      await this.#update();
      await new Promise((resolve) => setTimeout(resolve, PERIOD));
    }
  }

  async #update() {
    const number = ++this.#asked;
    const [needs, subject] = [this.#needs, this.#subject];
    try {
      const [status, ...answers] = await Promise.all([
        ask("GET", "status?brief=true"),
        ...Object.values(needs).map((path) => ask("GET", path).catch(problemOnly)),
      ]);
      // Drop an answer that a later one has overtaken, for example after a drain.
      if (number < this.#shown) return;
      this.#shown = number;
      this.#take(status);
      if (subject === this.#subject) {
        this.answers = Object.fromEntries(Object.keys(needs).map((key, at) => [key, answers[at]]));
        this.#measure();
      }
      this.connection = "live";
      this.failure = undefined;
    } catch (error) {
      if (number < this.#shown) return;
      this.connection = "lost";
      this.failure = error;
      if (this.status !== undefined) this.series.add("all", Date.now() / 1_000, null);
    }
    this.#observer.changed();
  }

  /** @param {any} status */
  #take(status) {
    const last = this.status;
    if (last && (last.pid !== status.pid || last.uptime_seconds > status.uptime_seconds)) {
      this.events = []; // another process
      this.#followAnew();
    }
    this.status = status;
    this.heardAt = new Date().toISOString();
    this.rates.update(status.uptime_seconds, [["all", status.totals]]);
    this.series.add("all", Date.now() / 1_000, this.rates.of("all"));
  }

  /** Measures the rates of the clients and sessions in the answers. */
  #measure() {
    const { clients, sessions, session } = this.answers;
    const now = performance.now() / 1_000;
    const peers = rowsOf(clients);
    if (peers.length > 0) {
      this.peerRates.update(now, peers.map((peer) => [peerOf(peer), peer]));
      for (const peer of peers) {
        this.#sample(`peer ${peerOf(peer)}`, this.peerRates.of(peerOf(peer)));
      }
    }
    const open = [...rowsOf(sessions), ...(session?.session ? [session] : [])]
      .filter((row) => row.session !== undefined);
    if (open.length === 0) return;
    this.sessionRates.update(now, open.map((row) => [row.session, row]));
    if (session?.session) {
      this.#sample(`session ${session.session}`, this.sessionRates.of(session.session));
    }
  }

  /** @param {string} name @param {import("./rates.js").Rate} rate */
  #sample(name, rate) {
    this.series.add(name, Date.now() / 1_000, rate);
  }

  /** @param {any} event */
  #add(event) {
    this.events = [event, ...this.events].slice(0, EVENTS);
    this.#observer.event(event);
    this.#observer.changed();
    if (event.kind.startsWith("session-") || event.kind === "resumed") this.soon();
  }
}

/** @param {any} answer @returns {any[]} The rows of a list of clients, servers or sessions. */
export function rowsOf(answer) {
  return answer?.clients ?? answer?.servers ?? answer?.sessions ?? [];
}

/** @param {unknown} error @returns {ProblemError} A refusal is an answer; anything else is thrown. */
function problemOnly(error) {
  if (error instanceof ProblemError) return error;
  throw error;
}
