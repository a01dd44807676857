// How elements are made. Text goes in as text or attribute, never as markup: names and queries are anybody's.

export function make(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

export function button(text, onclick, properties = {}) {
  return make("button", { type: "button", onclick, ...properties }, text);
}

// A button that shows a drawing, with a name for those who don't see it.
export function iconButton(drawing, name, onclick, className) {
  const element = button(icon(drawing), onclick, { className, title: name });
  element.setAttribute("aria-label", name);
  return element;
}

export function svg(tag, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

const DRAWINGS = {
  fits: "M8 20V10.5l4-7c1.7 0 2.6 1.2 2.3 2.8L13.6 10h5.1c1.3 0 2.2 1.1 2 2.4l-1.1 5.8A2.2 2.2 0 0 1 17.4 20zM3.5 10.5H8V20H3.5z",
  select: "M5 12.5l4.5 4.5L19 7.5",
  earlier: "M15 5l-7 7 7 7",
  later: "M9 5l7 7-7 7",
  remove: "M6 6l12 12M18 6L6 18",
};

export function icon(name) {
  return svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true", class: "icon" }, svg("path", { d: DRAWINGS[name] }));
}

export function clock(seconds) {
  const whole = Math.floor(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const last = String(rest).padStart(2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${last}` : `${minutes}:${last}`;
}

export function withParameters(address, parameters) {
  const url = new URL(address);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

// On to another page, as one step that the browser's Back undoes: Streamlit follows the address as it would after Back.
export function goTo(page, parameters) {
  const url = new URL(page, document.baseURI);
  url.search = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value)).toString();
  history.pushState({}, "", url);
  dispatchEvent(new PopStateEvent("popstate", { state: {} }));
}

export function isQuiet() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

export function clamped(value, least, most) {
  return Math.min(Math.max(value, least), most);
}

// What scrolls: Streamlit's main part, or the page itself where there is none.
export function scroller() {
  return document.querySelector("[data-testid=stMain]") ?? document.scrollingElement;
}

// Browsers offer the clipboard to secure pages only.
export async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
