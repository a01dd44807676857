// What was searched for in this browser: offered in the box and on the first page, and kept nowhere else.

import { button, make } from "./dom.js";

const KEY = "sceneseek.searches";
const KEPT = 30;
const SHOWN = 6;

export function remember(sentence) {
  const others = searches().filter((one) => one !== sentence);
  store([sentence, ...others].slice(0, KEPT));
  offer();
}

export function recentSearches(place, onChosen) {
  const recent = searches().slice(0, SHOWN);
  place.hidden = !recent.length;
  const rows = recent.map((sentence) => make("li", {}, button(sentence, () => onChosen(sentence))));
  const forget = button("Forget them", () => {
    store([]);
    place.replaceChildren();
    offer();
  }, { className: "forget" });
  place.replaceChildren(make("h2", {}, "Searched before"), make("ul", {}, ...rows), forget);
  offer();
}

// The browser's own list below the box.
function offer() {
  const box = document.querySelector(".st-key-q input");
  if (!box) return;
  let list = document.getElementById("sceneseek-searches");
  if (!list) document.body.append((list = make("datalist", { id: "sceneseek-searches" })));
  list.replaceChildren(...searches().map((value) => make("option", { value })));
  box.setAttribute("list", list.id);
}

// A browser may keep nothing, or what another page put there.
function searches() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter((one) => typeof one === "string") : [];
  } catch {
    return [];
  }
}

function store(all) {
  try {
    localStorage.setItem(KEY, JSON.stringify(all));
  } catch {
    // Then nothing is offered.
  }
}
