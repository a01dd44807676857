// One card: a picture that plays under the pointer, what it is, how sure that is, and what can be done with it.

import { button, iconButton, make } from "../shared/dom.js";
import { meter } from "./meter.js";
import { addPreview } from "./preview.js";
import { toldLine } from "./told.js";

export function cardOf(moment, view) {
  return moment.sentence ? exampleCard(moment, view) : momentCard(moment, view);
}

// A card that asks something, or leads somewhere.
function exampleCard(moment, view) {
  const card = button(frameOf(moment), () => view.tell("example", moment.asks ?? moment.sentence), { className: "card" });
  card.append(make("span", { className: "sentence" }, moment.sentence));
  if (moment.folder) card.append(make("span", { className: "folder" }, moment.folder));
  card.setAttribute("aria-label", moment.says ?? `Search for ${moment.sentence}`);
  const item = make("li", {}, card);
  item.dataset.id = moment.id;
  if (moment.leads) {
    const leads = button(moment.leads.says, () => view.tell("example", moment.leads.asks), { className: "more" });
    leads.setAttribute("aria-label", moment.leads.label);
    item.append(leads);
  }
  return item;
}

function momentCard(moment, view) {
  const frame = frameOf(moment);
  frame.append(make("span", { className: "at" }, moment.at));
  const card = button(frame, () => moment.stream && view.toggle(moment), { className: "card" });
  card.append(make("span", { className: "line" }, make("span", { className: "name" }, moment.name),
    ...(moment.meter ? [meter(moment.meter)] : [])), ...moment.told.slice(0, 1).map(toldLine), make("span", { className: "folder" }, moment.folder));
  if (moment.note) card.append(make("span", { className: "note" }, moment.note));
  const told = moment.told.length ? `${moment.told[0].says} “${moment.told[0].text}”` : "";
  card.title = view.isDense ? [`${moment.name}, ${moment.span}`, told].filter(Boolean).join("\n") : "";
  card.setAttribute("aria-expanded", "false");
  card.setAttribute("aria-label", [`Play ${moment.name} at ${moment.at}`, told, moment.meter?.says].filter(Boolean).join(". "));
  const item = make("li", {}, card, pick(moment, view), ...(view.verdicts ? [thumbs(moment, view)] : []),
    ...(view.isOrdered ? [placing(moment, view)] : []), ...(moment.more ? [more(moment, view)] : []));
  item.dataset.id = moment.id;
  if (moment.strip) addPreview(item, card, frame, moment);
  return item;
}

function frameOf(moment) {
  if (!moment.thumbnail) return make("span", { className: "frame" }, make("span", { className: "missing" }, moment.missing ?? "No picture"));
  const picture = make("img", { src: moment.thumbnail, alt: moment.alt, loading: "lazy", decoding: "async" });
  picture.onerror = () => picture.replaceWith(make("span", { className: "missing" }, "No picture: moved or changed"));
  return make("span", { className: moment.tall ? "frame tall" : "frame" }, picture);
}

function pick(moment, view) {
  const pick = iconButton("select", "Select", (event) => view.select(moment, moment, event.shiftKey), "pick");
  pick.setAttribute("aria-label", `Select ${moment.name} at ${moment.at}`);
  pick.setAttribute("aria-pressed", "false");
  return pick;
}

function thumbs(moment, view) {
  const both = make("span", { className: "thumbs" });
  for (const [relevant, says] of [[true, "Fits"], [false, "Doesn’t fit"]]) {
    const thumb = iconButton("fits", says, () => {
      const given = thumb.getAttribute("aria-pressed") === "true" ? null : relevant;
      press(both, given ?? undefined);
      view.tell("judged", { v: moment.v, start: moment.start, end: moment.end, relevant: given });
    }, relevant ? "" : "down");
    thumb.setAttribute("aria-label", `${says}: ${moment.name} at ${moment.at}`);
    both.append(thumb);
  }
  return both;
}

export function press(thumbs, relevant) {
  const [fits, not] = thumbs.children;
  fits.setAttribute("aria-pressed", relevant === true);
  not.setAttribute("aria-pressed", relevant === false);
}

// In a collection a moment has a place.
function placing(moment, view) {
  const act = (drawing, name, deed) => iconButton(drawing, name, () => view.tell("placed", { key: moment.key, deed }), "");
  return make("span", { className: "placing" }, act("earlier", "Move before the one before it", "earlier"),
    act("later", "Move behind the next one", "later"), act("remove", "Take it out of the collection", "remove"));
}

function more(moment, view) {
  return button("More from this video", () => view.whole(moment), { className: "more" });
}
