// Cards under headings, in grids. What stays between two answers is not made anew, so that nothing flickers or loses its
// place; a section that is folded opens at a click.

import { button, isQuiet, make } from "../shared/dom.js";

export class Sections {
  constructor(onOpened) {
    this.onOpened = onOpened;
    this.list = make("div", { className: "sections" });
    this.rail = make("nav", { className: "rail", hidden: true });
    this.rail.setAttribute("aria-label", "Months");
    this.element = make("div", { className: "with-rail" }, this.list, this.rail);
    this.items = new Map();
    this.shown = new Map();
    this.drawn = new Map();
    this.opened = new Set();
  }

  // Of another question every section is another one, but open where it was left so.
  // `look` is what else decides how a card is made.
  show(sections, { label, question, look }, makeCard) {
    const shown = new Map(sections.map((section) => {
      const key = `${question} ${section.key}`;
      return [key, this.shown.get(key) ?? this.made(section, key)];
    }));
    for (const [key, section] of this.shown) if (shown.get(key) !== section) section.element.remove();
    this.shown = shown;
    const cards = this.cards(sections, look, makeCard);
    sections.forEach((section, place) => {
      const one = shown.get(`${question} ${section.key}`);
      one.show(section, section.cards.map((moment) => cards.get(moment.id)), section.title || label);
      if (this.list.children[place] !== one.element) this.list.insertBefore(one.element, this.list.children[place] ?? null);
    });
    this.showRail(sections, question);
  }

  made(section, key) {
    return new Section(section, this.opened.has(key), (isOpen) => {
      if (isOpen) this.opened.add(key);
      else this.opened.delete(key);
      this.onOpened();
    });
  }

  // A card is made anew only where what it says has changed.
  cards(sections, look, makeCard) {
    const drawn = new Map();
    this.items = new Map();
    for (const moment of sections.flatMap((section) => section.cards)) {
      const says = JSON.stringify([look, moment]);
      const before = this.drawn.get(moment.id);
      const item = before?.says === says ? before.item : makeCard(moment);
      drawn.set(moment.id, { says, item });
      this.items.set(moment.id, item);
    }
    this.drawn = drawn;
    return this.items;
  }

  showRail(sections, question) {
    const stops = sections.filter((section) => section.rail);
    this.rail.hidden = stops.length < 2;
    this.rail.replaceChildren(...stops.map((section) => button(section.rail, () => this.shown.get(`${question} ${section.key}`).reach())));
  }

  lastIsFolded() {
    return [...this.shown.values()].at(-1)?.isFolded ?? false;
  }

  isSeen(id) {
    return this.items.get(id)?.firstChild.checkVisibility() ?? false;
  }

  // Left and right in order, up and down to what lies nearest there.
  walk(key, from) {
    const seen = [...this.items.values()].filter((item) => item.firstChild.checkVisibility());
    const at = seen.indexOf(from);
    const next = at < 0 ? seen[0] : neighbour(key, seen, at);
    next?.firstChild.focus();
    next?.scrollIntoView({ block: "nearest", behavior: isQuiet() ? "auto" : "smooth" });
    return next ? true : undefined;
  }
}

function neighbour(key, seen, at) {
  if (key === "ArrowLeft" || key === "ArrowRight") return seen[at + (key === "ArrowLeft" ? -1 : 1)];
  const down = key === "ArrowDown";
  const here = seen[at].getBoundingClientRect();
  const away = (item) => {
    const there = item.getBoundingClientRect();
    return 4 * Math.abs(there.top - here.top) + Math.abs(there.left - here.left);
  };
  const beyond = seen.filter((item) => {
    const { top } = item.getBoundingClientRect();
    return down ? top > here.top + 4 : top < here.top - 4;
  });
  return beyond.reduce((best, item) => (!best || away(item) < away(best) ? item : best), null);
}

class Section {
  constructor({ folded, title }, isOpen, onToggled) {
    this.grid = make("ol", { className: "grid" });
    this.heading = make("h2", {});
    const top = make(folded ? "summary" : "div", { className: "heading", hidden: !title }, this.heading);
    this.element = make(folded ? "details" : "section", { className: "section" }, top, this.grid);
    this.folds = Boolean(folded);
    if (!folded) return;
    this.element.open = isOpen;
    this.element.ontoggle = () => onToggled(this.element.open);
  }

  get isFolded() {
    return this.folds && !this.element.open;
  }

  show({ title }, items, label) {
    this.heading.textContent = title ?? "";
    this.grid.setAttribute("aria-label", label);
    this.grid.classList.toggle("few", items.length < 4);
    fill(this.grid, items);
  }

  reach() {
    if (this.folds) this.element.open = true;
    this.element.scrollIntoView({ block: "start", behavior: isQuiet() ? "auto" : "smooth" });
  }
}

// The items in this order, touching none that is in its place: what plays between them goes on.
function fill(grid, items) {
  const wanted = new Set(items);
  for (const child of [...grid.children]) if (child.dataset.id && !wanted.has(child)) child.remove();
  let after = null;
  for (const item of items) {
    let next = after ? after.nextElementSibling : grid.firstElementChild;
    while (next && next !== item && !next.dataset.id && next.classList.contains("player")) next = next.nextElementSibling;
    if (next !== item) grid.insertBefore(item, next);
    after = item;
  }
}
