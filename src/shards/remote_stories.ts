import type { Mac } from "../pppoe/mac.ts";
import type { StoryNews } from "../stories/story.ts";
import type { StoryWriter } from "../stories/story_book.ts";
import type { FromShard, StoryMail } from "./messages.ts";

/** Time in which news are gathered into one message, in milliseconds. */
const GATHER_TIME = 250;
/** Maximum number of news in a message; further ones are left out. */
export const MAX_NEWS = 1_024;

/** Sends what discovery does on a shard's thread to the first one. */
export class RemoteStories implements StoryWriter {
  #post: (message: FromShard) => void;
  #later: (milliseconds: number, run: () => void) => void;
  #waiting: StoryMail[] = [];

  constructor(
    post: (message: FromShard) => void,
    later: (milliseconds: number, run: () => void) => void,
  ) {
    this.#post = post;
    this.#later = later;
  }

  add(owner: string, customer: Mac, news: StoryNews): void {
    if (this.#waiting.length >= MAX_NEWS) return;
    this.#waiting.push([owner, customer, news]);
    if (this.#waiting.length === 1) this.#later(GATHER_TIME, () => this.flush());
  }

  /** Sends what waits now. */
  flush(): void {
    if (this.#waiting.length === 0) return;
    this.#post({ kind: "stories", mail: this.#waiting });
    this.#waiting = [];
  }
}
