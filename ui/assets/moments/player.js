// The moment that plays: the picture, the line of its video below it, and beside it what is known of it.

import { Copy } from "./copy.js";
import { button, clock, copied, iconButton, make, withParameters } from "../shared/dom.js";
import { meter } from "./meter.js";
import { Timeline } from "./timeline.js";
import { toldLine } from "./told.js";
import { Transcript } from "./transcript.js";

const FRAMES = 8;
const RATES = [1, 1.5, 2, 4];
const MOST_ACTIONS = 12;

export class Player {
  constructor(moment, same, view, autoplay) {
    Object.assign(this, { moment, view, same, kept: { start: moment.start, end: moment.end }, loops: false });
    this.video = make("video", {
      controls: true, playsInline: true, autoplay, preload: "metadata", poster: moment.thumbnail,
      src: `${moment.stream}#t=${moment.from}`,
    });
    this.video.setAttribute("aria-label", `${moment.name}, from ${moment.at}`);
    this.video.onerror = () => this.cannotPlay();
    // A film whose pictures can't be decoded may still play its sound.
    this.video.onloadedmetadata = () => this.video.videoWidth || this.cannotPlay();
    this.video.addEventListener("timeupdate", () => this.loop());
    this.timeline = new Timeline(this.video, moment);
    this.timeline.mark(same, (one) => view.choose(one));
    this.facts = make("p", { className: "facts" }, moment.path);
    this.keeping = make("p", { className: "keeping", hidden: true });
    this.actions = make("div", { className: "actions", hidden: true });
    this.lines = make("div", {});
    this.notice = make("p", { className: "notice", hidden: true });
    this.notice.setAttribute("role", "status");
    this.screen = make("div", { className: "screen" }, this.video);
    this.stage = make("div", { className: "stage" }, this.screen, this.timeline.element);
    // Between cards it is one of their list, and above them none.
    this.item = make(view.hasPlaceFor(moment) ? "li" : "div", { className: "player" }, this.stage, this.about());
  }

  // Another question may have found it, surer or less sure, and others beside it; what plays goes on.
  renew(moment, same) {
    if (JSON.stringify([moment, same]) === JSON.stringify([this.moment, this.same])) return;
    Object.assign(this, { moment, same });
    this.timeline.mark(same, (one) => this.view.choose(one));
    this.item.lastChild.replaceWith(this.about());
    this.tellLines();
  }

  about() {
    const { moment, view } = this;
    const close = view.isStaged ? [] : [iconButton("remove", "Close", () => view.dismiss(), "close")];
    const top = make("div", { className: "top" }, make("h3", {}, view.isStaged ? moment.span : moment.name), ...close);
    const span = make("p", { className: "span" }, view.isStaged ? "" : moment.span, ...(moment.meter ? [meter(moment.meter)] : []));
    return make("div", { className: "about" }, top, span, ...moment.told.map(toldLine), this.notice, this.keeping,
      this.buttons(), this.others(), this.noting(), this.actions, this.lines, this.facts);
  }

  // In a collection a moment may have a note.
  noting() {
    const { moment, view } = this;
    if (!view.isOrdered) return "";
    const text = make("textarea", { value: moment.note, rows: 3, maxLength: 4000 });
    text.setAttribute("aria-label", "Note");
    text.placeholder = "A note on this moment";
    return make("div", { className: "noting" }, text,
      button("Save note", () => view.tell("noted", { key: moment.key, note: text.value })));
  }

  // What else was found in this video.
  others() {
    if (this.same.length < 2) return "";
    const rows = this.same.map((one) => {
      const row = button("", () => this.view.choose(one), { className: "other" });
      row.append(make("span", {}, one.stretch), ...(one.meter ? [meter(one.meter)] : []));
      if (one.id === this.moment.id) row.setAttribute("aria-current", "true");
      return make("li", {}, row);
    });
    return make("div", { className: "others" }, make("h4", {}, "Found in this video"), make("ol", {}, ...rows));
  }

  buttons() {
    const { moment, view } = this;
    this.looping = button("Loop", () => this.setLoop(!this.loops), { title: "Play this moment again and again" });
    this.looping.setAttribute("aria-pressed", String(this.loops));
    const copy = button("Copy link", async () => {
      const link = new URL(location.href);
      link.searchParams.set("v", moment.v);
      link.searchParams.set("t", moment.t);
      copy.textContent = await copied(link.href) ? "Link copied" : "Copy the address bar";
    });
    const row = [
      this.selecting = button("Select", () => view.select(moment, this.kept)),
      this.looping,
      button("More like this", () => view.alike(moment)),
      ...(view.isStaged ? [] : [button("Whole video", () => view.whole(moment))]),
      copy,
    ];
    if (view.order().length > 1) {
      row.unshift(button("Previous", () => view.step(-1)), button("Next", () => view.step(1)));
    }
    return make("div", { className: "buttons" }, ...row);
  }

  // What the page learned of the file meanwhile.
  tell({ facts, codec, problem, curve, shots, actions, copy, lines, transcript }) {
    if (facts) this.facts.textContent = facts;
    if (!this.addresses) {
      this.addresses = { lines, transcript };
      this.tellLines();
    }
    this.tag(actions);
    this.codec = codec;
    this.source = copy;
    this.gone = Boolean(problem);
    if (problem) {
      this.say(problem);
      this.screen.replaceChildren(make("span", { className: "missing" }, "This file can’t be shown"));
    } else {
      this.timeline.draw({ curve, shots });
      if (this.strip) this.say(this.reason());
    }
    if (this.unplayable) this.playCopy();
  }

  // Anew for another question, by which other lines were found.
  tellLines() {
    if (!this.addresses) return;
    this.transcript?.end();
    this.transcript = new Transcript(this.video, this.addresses, this.moment.told, (seconds) => this.go(seconds));
    this.lines.replaceChildren(this.transcript.element);
  }

  // What is done in the video, each action once: a click goes to where it is done next.
  tag(actions) {
    const starts = new Map();
    for (const [action, start] of actions) starts.set(action, [...(starts.get(action) ?? []), start]);
    const often = [...starts].sort(([, one], [, other]) => other.length - one.length).slice(0, MOST_ACTIONS);
    const buttons = often.map(([action, at]) => {
      const next = () => at.find((start) => start > this.video.currentTime + 0.1) ?? at[0];
      const times = at.length > 1 ? ` × ${at.length}` : "";
      return make("li", {}, button(action + times, () => this.go(next()), { title: "Play where it is done next" }));
    });
    this.actions.hidden = !buttons.length;
    this.actions.replaceChildren(make("h4", {}, "Actions"), make("ul", {}, ...buttons));
  }

  say(text) {
    this.notice.textContent = text;
    this.notice.hidden = false;
  }

  go(seconds) {
    this.video.currentTime = Math.max(seconds, 0);
    this.video.play();
  }

  toggle() {
    if (this.video.paused) this.video.play();
    else this.video.pause();
  }

  // J, K and L, as editors have them: back, stop, and on, each time faster.
  shuttle(key) {
    if (key === "k") this.video.pause();
    if (key === "j") this.video.currentTime = Math.max(this.video.currentTime - 5, 0);
    if (key !== "l") {
      this.video.playbackRate = 1;
      return;
    }
    const faster = this.video.paused ? RATES[0] : RATES[Math.min(RATES.indexOf(this.video.playbackRate) + 1, RATES.length - 1)];
    this.video.playbackRate = faster;
    this.video.play();
  }

  setLoop(loops) {
    this.loops = loops;
    this.looping.setAttribute("aria-pressed", String(loops));
    if (loops) this.go(this.kept.start);
  }

  loop() {
    const now_s = this.video.currentTime;
    if (this.loops && !this.video.paused && (now_s >= this.kept.end || now_s < this.kept.start - 1)) {
      this.video.currentTime = this.kept.start;
    }
  }

  // What is selected of it begins, or ends, at the picture that is seen.
  setKept(edge) {
    const now_s = this.video.currentTime;
    this.kept = { ...this.kept, [edge]: now_s };
    if (edge === "start" && this.kept.end <= now_s) this.kept.end = Math.max(this.moment.end, Math.min(now_s + 1, this.timeline.duration_s));
    if (edge === "end" && this.kept.start >= now_s) this.kept.start = Math.min(this.moment.start, Math.max(now_s - 1, 0));
    const { start, end } = this.kept;
    this.timeline.keep(start, end, true);
    this.keeping.hidden = false;
    this.keeping.textContent = `Selecting takes ${start.toFixed(2)} s to ${end.toFixed(2)} s.`;
    this.view.trim(this.moment, this.kept);
  }

  reason() {
    const which = this.codec ? ` (${this.codec})` : "";
    return `This browser can’t play the video’s format${which}. These are frames of the moment.`;
  }

  // A copy may play where the file does not; the page says where there is one.
  cannotPlay() {
    if (this.copy) this.showFrames();
    this.unplayable = true;
    this.playCopy();
  }

  playCopy() {
    if (this.gone || this.copy || this.strip || !this.source) return;
    if (!window.MediaSource) {
      this.showFrames();
      return;
    }
    this.say(`This browser can’t play the video’s format (${this.codec}). Making a copy that it can play…`);
    this.copy = new Copy(this.video, this.source, this.moment.from, {
      ready: () => this.say(`A smaller copy plays, since this browser can’t play the video’s format (${this.codec}).`),
      failed: () => this.showFrames(),
    });
  }

  showFrames() {
    if (this.gone || this.strip) return;
    this.copy?.end();
    const { start, end, t, thumbnail, name } = this.moment;
    const large = make("img", { src: thumbnail, alt: `${name} at ${clock(t)}`, className: "large" });
    const last = Math.max(end, start + 1);
    const times = Array.from({ length: FRAMES }, (_, i) => start + ((i + 0.5) * (last - start)) / FRAMES);
    this.strip = make("div", { className: "strip" }, ...times.map((time) => {
      const source = withParameters(thumbnail, { t: time.toFixed(3) });
      const choose = button("", () => Object.assign(large, { src: source, alt: `${name} at ${clock(time)}` }));
      choose.append(make("img", { src: source, alt: "", loading: "lazy" }));
      choose.setAttribute("aria-label", `Frame at ${clock(time)}`);
      return choose;
    }));
    this.screen.replaceChildren(large);
    this.timeline.element.replaceWith(this.strip);
    this.say(this.reason());
  }

  end() {
    this.video.pause();
    this.copy?.end();
    this.transcript?.end();
    this.video.onerror = null;
    this.video.removeAttribute("src");
    this.video.load();
    this.item.remove();
  }
}
