// Moments in a grid, by sections; the one that is opened plays in a row of its own below its card, or on a stage above.
// Streamlit gives what is to be shown and is told what is done: this keeps only what a redraw must not lose.

import { button, clamped, goTo, isQuiet, make } from "../shared/dom.js";
import { mounted } from "../shared/mounted.js";
import { cardOf, press } from "./cards.js";
import { focusBox, Keys } from "./keys.js";
import { Player } from "./player.js";
import { recentSearches, remember } from "./searches.js";
import { Sections } from "./sections.js";
import { Places } from "./places.js";

const AHEAD_MS = 3000;

class View {
  constructor(root) {
    this.root = root;
    this.stage = make("div", { className: "on-stage" });
    this.sections = new Sections(() => this.offerMore());
    this.again = button("Show more", () => this.askMore(), { className: "again" });
    this.recent = make("div", { className: "recent", hidden: true });
    this.keys = new Keys(this);
    this.hint = button("Keys: ?", () => this.keys.help(), { className: "hint" });
    root.replaceChildren(this.stage, this.sections.element, this.again, this.recent, this.hint);
    this.places = new Places(() => (this.going = null));
    this.nearing = new IntersectionObserver(([seen]) => seen.isIntersecting && this.askMore(), { rootMargin: "900px" });
    this.nearing.observe(this.again);
    this.selected = new Map();
  }

  update(data) {
    if (!this.question && !data.opened && matchMedia("(pointer: fine)").matches && document.activeElement === document.body) focusBox({ selects: false });
    const { label, sections, opened, pinned, facts, verdicts, question } = data;
    Object.assign(this, { verdicts, isDense: data.dense, isStaged: data.staged, isOrdered: data.ordered, hasMore: data.more, typed: data.typed });
    if (this.question !== question) this.begin(question);
    this.root.classList.toggle("dense", Boolean(data.dense));
    this.moments = sections.flatMap((section) => section.cards);
    const known = [...this.moments, ...(pinned ? [pinned] : [])];
    const look = [Boolean(verdicts), data.dense, data.ordered];
    this.sections.show(sections, { label, question, look }, (moment) => cardOf(moment, this));
    if (!this.isAhead(opened)) this.show(known.find((one) => one.id === opened) ?? null);
    this.mark(new Map(data.selected.map((one) => [one.id, one])));
    this.offerMore();
    this.showRecent(data.home);
    if (facts && this.player?.moment.id === facts.id) this.player.tell(facts);
    if (data.typed) remember(data.typed);
    this.places.settle(question);
  }

  // Another question: what was asked for before counts no more.
  begin(question) {
    this.question = question;
    this.asked = 0;
    this.places.begin(question);
  }

  // Whoever goes on quickly is ahead of what the page knows to be open: that comes, and is not to be gone back to.
  isAhead(opened) {
    const { going } = this;
    if (!going || going.id === opened || going.question !== this.question || Date.now() > going.until) this.going = null;
    return Boolean(this.going);
  }

  told(moment) {
    this.going = { id: moment?.id ?? null, question: this.question, until: Date.now() + AHEAD_MS };
    this.tell("opened", { v: moment?.v ?? null, t: moment?.t ?? null });
  }

  show(moment) {
    if (moment && this.player?.moment.id === moment.id) this.player.renew(moment, this.ofVideo(moment));
    else if (moment) this.open(moment, { autoplay: false });
    else this.close();
  }

  mark(selected) {
    this.selected = selected;
    for (const [id, item] of this.sections.items) {
      item.classList.toggle("selected", selected.has(id));
      item.querySelector(".pick")?.setAttribute("aria-pressed", String(selected.has(id)));
      const thumbs = item.querySelector(".thumbs");
      if (thumbs) press(thumbs, this.verdicts?.[id]);
    }
    this.root.classList.toggle("selecting", selected.size > 0);
    this.player?.selecting.setAttribute("aria-pressed", String(selected.has(this.player.moment.id)));
  }

  showRecent(isHome) {
    this.recent.hidden = !isHome;
    if (isHome) recentSearches(this.recent, (sentence) => this.tell("example", sentence));
  }

  offerMore() {
    this.again.hidden = !this.hasMore || this.sections.lastIsFolded();
    // Asked anew, since it may be as near as it was.
    this.nearing.unobserve(this.again);
    this.nearing.observe(this.again);
  }

  askMore() {
    if (this.again.hidden || this.asked === this.moments.length) return;
    this.asked = this.moments.length;
    this.tell("more", this.moments.length);
  }

  // Moments in the order in which they are seen.
  order() {
    return this.moments.filter((moment) => !moment.sentence && this.sections.isSeen(moment.id));
  }

  toggle(moment) {
    if (this.player?.moment.id === moment.id && !this.isStaged) this.dismiss();
    else this.choose(moment);
  }

  choose(moment) {
    if (this.player?.moment.id === moment.id) this.player.go(moment.from);
    else this.open(moment, { autoplay: true });
    this.told(moment);
  }

  step(by) {
    const order = this.order();
    const at = order.findIndex((one) => one.id === this.player?.moment.id);
    const next = order[clamped(at + by, 0, order.length - 1)];
    if (next && next.id !== this.player?.moment.id) this.choose(next);
  }

  open(moment, { autoplay }) {
    this.close();
    this.player = new Player(moment, this.ofVideo(moment), this, autoplay);
    this.place();
    if (autoplay || !this.isStaged) this.player.item.scrollIntoView({ block: "nearest", behavior: isQuiet() ? "auto" : "smooth" });
    if (autoplay) this.player.video.focus({ preventScroll: true });
  }

  // What was found of its video, in the order of time.
  ofVideo({ v }) {
    return this.moments.filter((one) => one.v === v && !one.shot).sort((one, other) => one.start - other.start);
  }

  hasPlaceFor(moment) {
    return !this.isStaged && this.sections.items.has(moment.id);
  }

  place() {
    const card = this.sections.items.get(this.player.moment.id);
    card?.firstChild.setAttribute("aria-expanded", "true");
    if (this.hasPlaceFor(this.player.moment)) card.after(this.player.item);
    else this.stage.replaceChildren(this.player.item);
    if (card && this.isStaged) card.classList.add("playing");
  }

  close() {
    if (!this.player) return;
    const card = this.sections.items.get(this.player.moment.id);
    card?.firstChild.setAttribute("aria-expanded", "false");
    card?.classList.remove("playing");
    this.player.end();
    this.player = null;
  }

  dismiss() {
    const card = this.sections.items.get(this.player.moment.id);
    this.close();
    card?.firstChild.focus();
    this.told(null);
  }

  escape() {
    if (!this.player || this.isStaged) return undefined;
    this.dismiss();
    return true;
  }

  alike({ v, start, end }) {
    this.places.leave();
    if (this.isStaged || this.isOrdered) goTo(".", { like: `${v}:${start.toFixed(3)}:${end.toFixed(3)}` });
    else this.tell("alike", { v, start, end });
  }

  // The page of its video, with the same question.
  whole({ v, t }) {
    goTo("video", { v, t, q: this.typed });
  }

  // With shift, all from the last one on; `kept` says which stretch of it.
  select(moment, kept, isRange = false) {
    const isOn = !this.selected.has(moment.id);
    const order = this.order();
    const [from, to] = [this.lastSelected, moment.id].map((id) => order.findIndex((one) => one.id === id));
    const all = isRange && from >= 0 ? order.slice(Math.min(from, to), Math.max(from, to) + 1) : [moment];
    this.lastSelected = moment.id;
    const chosen = all.map((one) => selection(one, one.id === moment.id ? kept : one));
    const now = new Map(this.selected);
    for (const one of chosen) isOn ? now.set(one.id, one) : now.delete(one.id);
    this.mark(now);
    this.tell("selected", { on: isOn, moments: chosen });
  }

  trim(moment, kept) {
    if (this.selected.has(moment.id)) this.tell("selected", { on: true, moments: [selection(moment, kept)] });
  }

  momentOf(target) {
    const id = target.closest?.("li[data-id]")?.dataset.id;
    return this.moments.find((one) => one.id === id);
  }

  holds(target) {
    return target === document.body || Boolean(target.closest?.(".card, .player"));
  }

  walk(key, target) {
    return this.sections.walk(key, target.closest?.("li[data-id]"));
  }

  end() {
    this.close();
    this.keys.end();
    this.nearing.disconnect();
    this.places.end();
  }
}

function selection(moment, { start, end }) {
  return { id: moment.id, v: moment.v, start, end, t: clamped(moment.t, start, end) };
}

export default mounted("moments", View);
