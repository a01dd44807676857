// How sure it is, as a small bar: three steps for a confidence, or a share where only nearness is known.

import { make } from "../shared/dom.js";

const STEPS = { low: 1, medium: 2, high: 3 };

export function meter({ level, share, says }) {
  const bar = make("span", { className: "meter", title: says });
  bar.setAttribute("role", "img");
  bar.setAttribute("aria-label", says);
  bar.style.setProperty("--share", level ? STEPS[level] / 3 : share);
  bar.dataset.level = level ?? "near";
  return bar;
}
