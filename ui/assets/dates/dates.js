// Months as bars: a click chooses one, another click with shift, or a drag, all from the one to the other.

import { button, make } from "../shared/dom.js";
import { mounted } from "../shared/mounted.js";

class Dates {
  constructor(root) {
    this.row = make("div", { className: "bars" });
    this.ends = make("div", { className: "ends" });
    this.row.setAttribute("role", "group");
    this.row.setAttribute("aria-label", "Videos by month");
    root.replaceChildren(this.row, this.ends);
  }

  update({ months, from, until }) {
    Object.assign(this, { from, until });
    this.months = withEmpty(months);
    const most = Math.max(...this.months.map((one) => one.videos));
    this.row.replaceChildren(...this.months.map((month) => this.bar(month, most)));
    this.ends.replaceChildren(...[this.months[0], this.months.at(-1)].map(({ date }) => make("span", {}, named(date))));
    this.mark();
  }

  bar({ date, videos }, most) {
    const bar = button("", (event) => this.choose(date, event.shiftKey), { className: "bar" });
    const says = `${named(date)}: ${videos} ${videos === 1 ? "video" : "videos"}`;
    bar.title = says;
    bar.setAttribute("aria-label", says);
    bar.dataset.date = date;
    bar.style.setProperty("--share", videos / most);
    bar.onpointerdown = () => (this.began = date);
    bar.onpointerup = () => this.began && this.began !== date && this.tell("chosen", ordered(this.began, date));
    return bar;
  }

  choose(date, isRange) {
    const isAlone = this.from === date && this.until === date;
    if (isRange && this.from) this.tell("chosen", ordered(this.from, date));
    else this.tell("chosen", { from: isAlone ? null : date, until: isAlone ? null : date });
  }

  mark() {
    const isAny = !this.from && !this.until;
    for (const bar of this.row.children) {
      const { date } = bar.dataset;
      const isIn = !isAny && (!this.from || date >= this.from) && (!this.until || date <= this.until);
      bar.setAttribute("aria-pressed", String(isIn));
    }
  }
}

function ordered(one, other) {
  return one < other ? { from: one, until: other } : { from: other, until: one };
}

// Months of which there is none have a place too, but not a lifetime of them.
function withEmpty(months) {
  const known = new Map(months.map((one) => [one.date, one.videos]));
  const all = [];
  for (let date = months[0].date; date <= months.at(-1).date && all.length < 240; date = after(date)) {
    all.push({ date, videos: known.get(date) ?? 0 });
  }
  return all.at(-1).date === months.at(-1).date ? all : months;
}

function after(date) {
  const [year, month] = date.split("-").map(Number);
  return month === 12 ? `${String(year + 1).padStart(4, "0")}-01` : `${String(year).padStart(4, "0")}-${String(month + 1).padStart(2, "0")}`;
}

function named(date) {
  const [year, month] = date.split("-").map(Number);
  return new Date(Date.UTC(year, month - 1)).toLocaleDateString(undefined, { month: "short", year: "numeric", timeZone: "UTC" });
}

export default mounted("dates", Dates);
