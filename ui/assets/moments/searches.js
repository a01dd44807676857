// What was searched for in this browser: offered in the box and on the first page, and kept nowhere else.

import { button, make } from "../shared/dom.js";
import { Kept } from "../shared/kept.js";

const SHOWN = 6;
const searches = new Kept("searches", 30, (one) => typeof one === "string");

export function remember(sentence) {
  searches.add(sentence, (other) => other === sentence);
  offer();
}

export function recentSearches(place, onChosen) {
  const recent = searches.all().slice(0, SHOWN);
  place.hidden = !recent.length;
  const rows = recent.map((sentence) => make("li", {}, button(sentence, () => onChosen(sentence))));
  const forget = button("Forget them", () => {
    searches.forget();
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
  list.replaceChildren(...searches.all().map((value) => make("option", { value })));
  box.setAttribute("list", list.id);
}
