// A card that shows its moment's frames before anyone clicks: under the pointer, or while a finger rests on it.
// The frames are one picture, side by side; the pointer's place along the card chooses which is seen.

import { clamped, isQuiet, make, withParameters } from "../shared/dom.js";

const COUNT = 8;
const REST_MS = 120;
const PRESS_MS = 400;
const EACH_MS = 400;

// `item` holds the card and what lies over it.
export function addPreview(item, card, frame, moment) {
  new Preview(item, card, frame, moment);
}

class Preview {
  constructor(item, card, frame, moment) {
    Object.assign(this, { frame, moment });
    item.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && this.soon(REST_MS));
    item.addEventListener("pointermove", (event) => event.pointerType === "mouse" && this.scrub(event.clientX));
    item.addEventListener("pointerleave", () => this.end());
    card.addEventListener("pointerdown", (event) => event.pointerType !== "mouse" && this.soon(PRESS_MS));
    for (const name of ["pointerup", "pointercancel"]) card.addEventListener(name, () => this.end());
    // Where a finger rested, neither a menu nor a click is meant.
    card.addEventListener("contextmenu", (event) => this.shown && event.preventDefault());
    card.addEventListener("click", (event) => this.pressed && event.stopImmediatePropagation(), { capture: true });
  }

  soon(after_ms) {
    this.pressed = false;
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.begin(after_ms === PRESS_MS), after_ms);
  }

  async begin(pressed) {
    this.pressed = this.shown = pressed || undefined;
    this.strip ??= this.load();
    const wanted = (this.wanted = {});
    if (!(await this.strip) || this.wanted !== wanted) return;
    this.shown = true;
    this.frame.append(this.reel);
    this.show(this.at ?? 0);
    if (!isQuiet()) this.ticking = setInterval(() => this.show((this.number + 1) % COUNT), EACH_MS);
  }

  async load() {
    const { strip, start, end } = this.moment;
    const picture = new Image();
    picture.src = withParameters(strip, { start: start.toFixed(3), end: Math.max(end, start + 0.5).toFixed(3), count: COUNT });
    try {
      await picture.decode();
    } catch {
      this.strip = undefined; // a service that was busy may be asked again
      return false;
    }
    this.reel = reelOf(picture, COUNT, this.frame);
    return true;
  }

  scrub(x) {
    const { left, width } = this.frame.getBoundingClientRect();
    this.at = clamped(Math.floor((COUNT * (x - left)) / width), 0, COUNT - 1);
    if (!this.reel?.isConnected) return;
    clearInterval(this.ticking);
    this.show(this.at);
  }

  show(number) {
    this.number = number;
    seek(this.reel, number, COUNT);
  }

  end() {
    clearTimeout(this.waiting);
    clearInterval(this.ticking);
    this.wanted = this.shown = this.at = undefined;
    this.reel?.remove();
    if (this.pressed) setTimeout(() => (this.pressed = false), PRESS_MS);
  }
}

// An element that shows one of `count` pictures side by side, covering `frame` as its still picture does.
export function reelOf(picture, count, frame) {
  const ratio = picture.naturalWidth / count / picture.naturalHeight;
  const reel = make("span", { className: "reel" });
  reel.style.aspectRatio = ratio;
  reel.style.backgroundImage = `url("${picture.src}")`;
  reel.style.backgroundSize = `${100 * count}% 100%`;
  const whole = frame.clientWidth / Math.max(frame.clientHeight, 1);
  const byHeight = ratio >= whole || frame.classList.contains("tall");
  reel.style[byHeight ? "height" : "width"] = "100%";
  return reel;
}

export function seek(reel, number, count) {
  reel.style.backgroundPositionX = `${(100 * number) / (count - 1)}%`;
  reel.style.setProperty("--done", (number + 1) / count);
}
