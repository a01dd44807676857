// The whole video as a line below the picture: how well the query fits, where shots begin, which moments were found,
// what plays now, and what is to be kept. A click or the arrows go there; the pointer sees what it would find.

import { button, clamped, clock, make, svg, withParameters } from "../shared/dom.js";
import { reelOf, seek } from "./preview.js";

const COUNT = 60;
// Of cosines; what differs by less is no hill but noise.
const LEAST_RANGE = 0.06;
const STEP_S = 5;

export class Timeline {
  constructor(video, moment) {
    Object.assign(this, { video, moment, duration_s: moment.duration });
    this.hill = svg("svg", { viewBox: "0 0 1000 100", preserveAspectRatio: "none", class: "hill", "aria-hidden": "true" });
    this.marks = make("div", { className: "marks" });
    this.kept = make("div", { className: "kept", hidden: true });
    this.head = make("div", { className: "head" });
    this.glance = make("div", { className: "glance", hidden: true }, make("span", { className: "when" }));
    // The marks are buttons, and lie over the slider: within it they would be none for screen readers.
    this.slider = make("div", { className: "slider", tabIndex: 0 }, this.hill);
    this.element = make("div", { className: "timeline" }, this.slider, this.marks, this.kept, this.head, this.glance);
    this.name();
    this.listen();
    this.follow();
  }

  name() {
    const facts = { role: "slider", "aria-label": "Time in the video", "aria-valuemin": 0, "aria-valuemax": Math.floor(this.duration_s) };
    for (const [name, value] of Object.entries(facts)) this.slider.setAttribute(name, value);
  }

  listen() {
    const { element, video } = this;
    element.addEventListener("pointerdown", (event) => {
      element.setPointerCapture(event.pointerId);
      this.go(this.secondAt(event.clientX));
    });
    element.addEventListener("pointermove", (event) => {
      if (event.buttons && element.hasPointerCapture(event.pointerId)) this.go(this.secondAt(event.clientX));
      this.look(event.clientX);
    });
    element.addEventListener("pointerleave", () => (this.glance.hidden = true));
    element.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -STEP_S, ArrowRight: STEP_S }[event.key];
      if (!step) return;
      event.preventDefault();
      event.stopPropagation();
      this.go(video.currentTime + step);
    });
    for (const name of ["timeupdate", "seeking", "loadedmetadata"]) video.addEventListener(name, () => this.follow());
  }

  // The file's own length is the more exact one.
  follow() {
    if (Number.isFinite(this.video.duration) && this.video.duration > 0) this.duration_s = this.video.duration;
    const now_s = this.video.currentTime;
    this.head.style.left = this.placed(now_s);
    this.slider.setAttribute("aria-valuenow", Math.floor(now_s));
    this.slider.setAttribute("aria-valuetext", `${clock(now_s)} of ${clock(this.duration_s)}`);
  }

  secondAt(x) {
    const { left, width } = this.marks.getBoundingClientRect();
    return clamped((x - left) / width, 0, 1) * this.duration_s;
  }

  placed(seconds) {
    return `${clamped((100 * seconds) / this.duration_s, 0, 100)}%`;
  }

  go(seconds) {
    this.video.currentTime = clamped(seconds, 0, this.duration_s);
  }

  // The curve as it rises and falls within this video: what is best here, however good that is.
  draw({ curve, shots }) {
    if (curve.length > 1) this.hill.replaceChildren(svg("polygon", { points: pointsOf(curve, this.duration_s) }));
    this.hill.classList.toggle("empty", curve.length < 2);
    const begins = shots.slice(1).map(([start]) => {
      const cut = make("span", { className: "cut" });
      cut.style.left = this.placed(start);
      return cut;
    });
    this.marks.querySelectorAll(".cut").forEach((cut) => cut.remove());
    this.marks.prepend(...begins);
  }

  // Where the moments of this video lie within it.
  mark(moments, onChosen) {
    this.marks.querySelectorAll(".mark").forEach((mark) => mark.remove());
    this.marks.append(...moments.map((one) => {
      const mark = button("", () => onChosen(one), { className: one.id === this.moment.id ? "mark now" : "mark", title: one.span });
      mark.addEventListener("pointerdown", (event) => event.stopPropagation());
      mark.setAttribute("aria-label", `Go to ${one.at}`);
      mark.style.left = this.placed(one.start);
      mark.style.setProperty("--share", (one.end - one.start) / this.duration_s);
      return mark;
    }));
  }

  keep(start_s, end_s, isOwn) {
    this.kept.hidden = !isOwn;
    this.kept.style.left = this.placed(start_s);
    this.kept.style.width = `${(100 * (end_s - start_s)) / this.duration_s}%`;
  }

  // The picture there, out of a strip of the whole video that is asked for when somebody first looks.
  look(x) {
    const { left, width } = this.element.getBoundingClientRect();
    const second = this.secondAt(x);
    this.glance.hidden = false;
    this.glance.style.left = `${clamped(x - left, 62, width - 62)}px`;
    this.glance.lastChild.textContent = clock(second);
    this.strip ??= this.load();
    if (this.reel) seek(this.reel, clamped(Math.floor((COUNT * second) / this.duration_s), 0, COUNT - 1), COUNT);
  }

  async load() {
    const picture = new Image();
    const last = Math.max(this.moment.duration - 0.001, 0.1).toFixed(3);
    picture.src = withParameters(this.moment.strip, { start: 0, end: last, count: COUNT });
    try {
      await picture.decode();
    } catch {
      return; // the time alone is told
    }
    this.reel = reelOf(picture, COUNT, this.glance);
    this.glance.prepend(this.reel);
  }
}

function pointsOf(curve, duration_s) {
  const values = curve.map(([, value]) => value);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const range = Math.max(most - least, LEAST_RANGE);
  const line = curve.map(([t, value]) => `${((1000 * t) / duration_s).toFixed(1)},${(100 - (92 * (value - least)) / range).toFixed(1)}`);
  return ["0,100", `0,${line[0].split(",")[1]}`, ...line, `1000,${line.at(-1).split(",")[1]}`, "1000,100"].join(" ");
}
