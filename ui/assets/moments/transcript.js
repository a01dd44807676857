// What is said and shown in the video that plays, line by line: it follows, a click goes there, and words are found in it.

import { button, clock, make, withParameters } from "../shared/dom.js";
import { marked } from "./told.js";

const PAGE = 1000;
const MOST = 20_000;
const MOST_FOUND = 200;
const AT_ONCE = 500;
const TYPING_MS = 250;
const ORDER = ["subtitles", "speech", "screen"];
const NAMES = { subtitles: "Subtitles", speech: "Speech", screen: "On the screen" };
const FORMS = ["srt", "vtt", "txt"];

export class Transcript {
  // `told` are the lines by which the moment was found, `go` is called with the second of a line that is chosen.
  constructor(video, { lines, transcript }, told, go) {
    Object.assign(this, { video, address: lines, file: transcript, told, go, items: [] });
    this.stop = new AbortController();
    this.choice = make("select", { onchange: () => this.choose(this.choice.value) });
    this.choice.setAttribute("aria-label", "Which lines");
    this.find = make("input", { type: "search", placeholder: "Find in these lines", oninput: () => this.typed(), maxLength: 200 });
    this.find.setAttribute("aria-label", "Find in these lines");
    this.list = make("ol", {});
    this.files = make("p", { className: "files" });
    this.element = make("div", { className: "transcript", hidden: true }, make("h4", {}, "What is said and shown"),
      make("div", { className: "asked" }, this.choice, this.find), this.list, this.files);
    video.addEventListener("timeupdate", () => this.follow(), { signal: this.stop.signal });
    this.load();
  }

  async load() {
    const all = [];
    let total = 1;
    while (all.length < Math.min(total, MOST)) {
      const page = await this.asked({ limit: PAGE, offset: all.length });
      if (!page?.lines.length) break;
      total = page.total;
      all.push(...page.lines);
    }
    if (!all.length) return;
    this.tracks = Map.groupBy(all, trackOf);
    const tracks = [...this.tracks.keys()].sort((one, other) => ORDER.indexOf(kindOf(one)) - ORDER.indexOf(kindOf(other)));
    this.choice.replaceChildren(...tracks.map((track) => make("option", { value: track }, nameOf(track))));
    this.choice.hidden = tracks.length < 2;
    this.element.hidden = false;
    const first = all.find((line) => this.reasonOf(line));
    this.choose(first ? trackOf(first) : tracks[0]);
  }

  // Null where the service does not tell.
  async asked(parameters) {
    try {
      const answer = await fetch(withParameters(this.address, parameters), { signal: this.stop.signal });
      return answer.ok ? await answer.json() : null;
    } catch {
      return null;
    }
  }

  choose(track) {
    this.track = track;
    this.choice.value = track;
    this.files.replaceChildren("Save as ", ...FORMS.flatMap((form) => [this.link(form), " "]));
    if (this.find.value.trim()) this.search();
    else this.show(this.tracks.get(track));
  }

  link(format) {
    const [kind, language] = track(this.track);
    const parameters = { kind, format, ...(language ? { language } : {}) };
    return make("a", { href: withParameters(this.file, parameters), download: "" }, `.${format}`);
  }

  typed() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => (this.find.value.trim() ? this.search() : this.show(this.tracks.get(this.track))), TYPING_MS);
  }

  async search() {
    const words = this.find.value.trim();
    const found = await this.asked({ kind: kindOf(this.track), q: words, limit: MOST_FOUND });
    if (words !== this.find.value.trim()) return;
    this.show((found?.lines ?? []).filter((line) => trackOf(line) === this.track), found ? "No line holds that." : "The service doesn’t answer.");
  }

  show(lines, otherwise = "") {
    Object.assign(this, { shown: lines, items: [], now: undefined });
    this.list.replaceChildren(...(lines.length ? [] : [make("li", { className: "none" }, otherwise)]));
    this.draw(lines);
  }

  // Many lines come in parts, between which the page does what else is to be done.
  draw(lines) {
    if (this.shown !== lines) return;
    const some = lines.slice(this.items.length, this.items.length + AT_ONCE).map((line) => ({ line, item: this.item(line) }));
    this.items.push(...some);
    this.list.append(...some.map(({ item }) => item));
    this.follow();
    if (this.items.length < lines.length) this.drawing = setTimeout(() => this.draw(lines));
  }

  item(line) {
    const words = make("span", { className: "words" }, ...marked(line.text, line.marks.length ? line.marks : this.reasonOf(line)?.marks ?? []));
    words.dir = "auto";
    const row = button("", () => this.go(line.start_s), { className: "said" });
    row.append(make("span", { className: "when" }, clock(line.start_s)), words);
    return make("li", {}, row);
  }

  // Two lines may have been found as one.
  reasonOf(line) {
    const found = this.told.find((one) => one.start <= line.start_s && line.start_s < one.end && one.text.includes(line.text));
    return found?.text === line.text ? found : found && { marks: [] };
  }

  // The line that is said now, or was said last, is seen in the list unless somebody looks through it.
  follow() {
    const now = lastBefore(this.items, this.video.currentTime + 0.05);
    if (now === this.now) return;
    this.now?.item.removeAttribute("aria-current");
    this.now = now;
    if (!now) return;
    now.item.setAttribute("aria-current", "true");
    if (!this.list.matches(":hover, :focus-within")) this.list.scrollTop = now.item.offsetTop - this.list.offsetTop - this.list.clientHeight / 3;
  }

  end() {
    clearTimeout(this.waiting);
    clearTimeout(this.drawing);
    this.stop.abort();
  }
}

function trackOf({ kind, language }) {
  return `${kind} ${language ?? ""}`;
}

function track(name) {
  return name.split(" ");
}

function kindOf(name) {
  return track(name)[0];
}

function nameOf(name) {
  const [kind, language] = track(name);
  if (!language) return NAMES[kind];
  try {
    return `${NAMES[kind]}, ${new Intl.DisplayNames(["en"], { type: "language" }).of(language)}`;
  } catch {
    return `${NAMES[kind]}, ${language}`;
  }
}

function lastBefore(items, seconds) {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (items[middle].line.start_s <= seconds) low = middle + 1;
    else high = middle;
  }
  return items[low - 1];
}
