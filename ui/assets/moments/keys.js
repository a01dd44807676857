// The page by keyboard. Whoever types into a field is left alone.

import { button, make } from "../shared/dom.js";

const HELP = [
  ["/", "Go to the search box"],
  ["← → ↑ ↓", "Move between moments"],
  ["Enter", "Play the moment"],
  ["Space", "Play or pause"],
  ["J  K  L", "Back 5 s, pause, play faster"],
  ["I  O", "Begin and end of what is selected"],
  ["N  P", "Next and previous moment"],
  ["R", "Loop the moment"],
  ["M", "More like this"],
  ["S", "Select"],
  ["Esc", "Close what is open"],
  ["?", "These keys"],
];

export class Keys {
  constructor(view) {
    this.view = view;
    this.stop = new AbortController();
    document.addEventListener("keydown", (event) => this.pressed(event), { signal: this.stop.signal });
  }

  pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const [target] = event.composedPath();
    if (isTyped(target)) return;
    const isHere = target === document.body || event.composedPath().includes(this.view.root);
    const did = this.anywhere(event.key) ?? (isHere ? this.act(event.key, target) : undefined);
    if (did !== undefined) event.preventDefault();
  }

  anywhere(key) {
    if (key === "/") return focusBox();
    if (key === "?") return this.help();
    return undefined;
  }

  // Undefined where the key means nothing here.
  act(key, target) {
    const { view } = this;
    if (key === "Escape") return view.escape();
    const moment = view.player?.moment ?? view.momentOf(target);
    const lower = key.toLowerCase();
    if (view.player) {
      const did = this.steer(lower, view.player, target);
      if (did !== undefined) return did;
    }
    if (key.startsWith("Arrow") && view.holds(target)) return view.walk(key, target);
    if (lower === "s" && moment) return view.select(moment, view.player?.kept ?? moment) ?? true;
    if (lower === "m" && moment) return view.alike(moment) ?? true;
    return undefined;
  }

  steer(key, player, target) {
    const deeds = {
      " ": () => (target.tagName === "BUTTON" || target.tagName === "VIDEO" ? undefined : (player.toggle(), true)),
      j: () => (player.shuttle("j"), true),
      k: () => (player.shuttle("k"), true),
      l: () => (player.shuttle("l"), true),
      i: () => (player.setKept("start"), true),
      o: () => (player.setKept("end"), true),
      r: () => (player.setLoop(!player.loops), true),
      n: () => (this.view.step(1), true),
      p: () => (this.view.step(-1), true),
    };
    return deeds[key]?.();
  }

  help() {
    const rows = HELP.map(([keys, says]) => make("div", {}, make("dt", {}, make("kbd", {}, keys)), make("dd", {}, says)));
    const dialog = make("dialog", { className: "help" }, make("h3", {}, "Keys"), make("dl", {}, ...rows),
      button("Close", () => dialog.close()));
    dialog.setAttribute("aria-label", "Keys");
    dialog.onclose = () => dialog.remove();
    dialog.onclick = (event) => event.target === dialog && dialog.close();
    this.view.root.append(dialog);
    dialog.showModal();
    return true;
  }

  end() {
    this.stop.abort();
  }
}

function isTyped(target) {
  if (target.isContentEditable || ["TEXTAREA", "SELECT"].includes(target.tagName)) return true;
  if (target.closest?.("[role=dialog], [role=listbox], [role=combobox], [role=radiogroup], dialog")) return true;
  return target.tagName === "INPUT" && !["checkbox", "radio", "button"].includes(target.type);
}

export function focusBox({ selects = true } = {}) {
  const box = document.querySelector(".st-key-q input");
  box?.focus();
  if (selects) box?.select();
  return Boolean(box) || undefined;
}
