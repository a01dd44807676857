// Where one was: whoever comes back to a question by the browser's Back finds it as it was left.

import { scroller } from "../shared/dom.js";

const KEPT = 50;
const LATE_MS = 200;

export class Places {
  constructor(onReturn) {
    this.stop = new AbortController();
    const { signal } = this.stop;
    this.places = new Map();
    window.addEventListener("popstate", () => {
      this.returning = true;
      onReturn();
    }, { signal });
    scroller()?.addEventListener("scroll", () => this.note(), { signal, passive: true });
  }

  note() {
    if (this.wanted !== undefined || this.leaving || !this.question) return;
    this.places.delete(this.question);
    this.places.set(this.question, scroller().scrollTop);
    if (this.places.size > KEPT) this.places.delete(this.places.keys().next().value);
  }

  // What moves now, moves because of what comes.
  leave() {
    this.leaving = true;
  }

  begin(question) {
    this.leaving = false;
    const isFirst = this.question === undefined;
    this.question = question;
    this.wanted = this.returning ? this.places.get(question) ?? 0 : isFirst ? undefined : 0;
    this.returning = false;
  }

  // Once what was seen there is on the page again.
  settle(question) {
    if (this.wanted === undefined || question !== this.question) return;
    const reach = () => scroller().scrollTo({ top: this.wanted, behavior: "instant" });
    requestAnimationFrame(reach);
    // Once more when what stands above has come too.
    setTimeout(() => {
      if (question === this.question && this.wanted !== undefined) reach();
      this.wanted = undefined;
    }, LATE_MS);
  }

  end() {
    this.stop.abort();
  }
}
