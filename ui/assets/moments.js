// A grid of moments; the one that is opened plays in a row of its own, below its card.
// Everything from the service is set as text or attribute, never as markup.

const views = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".moments");
  if (!views.has(root)) views.set(root, new View(root));
  const view = views.get(root);
  view.tell = setTriggerValue;
  view.update(data);
  return () => setTimeout(() => root.isConnected || view.close(), 0);
}

class View {
  constructor(root) {
    this.grid = make("ol", { className: "grid" });
    root.replaceChildren(this.grid);
    root.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.player) {
        event.stopPropagation();
        this.dismiss();
      }
    });
  }

  update(data) {
    const shown = JSON.stringify([data.moments, data.label]);
    if (shown !== this.shown) {
      this.shown = shown;
      this.show(data);
    }
    if (this.player && data.facts && data.facts.id === this.player.moment.id) this.player.tell(data.facts);
  }

  show({ moments, label, opened }) {
    const playing = this.player && this.player.moment.id === opened ? this.player : null;
    if (!playing) this.close();
    this.moments = moments;
    this.grid.setAttribute("aria-label", label);
    this.grid.classList.toggle("few", moments.length < 4);
    this.cards = new Map(moments.filter((moment) => !moment.pinned).map((moment) => [moment.id, this.card(moment)]));
    this.grid.replaceChildren(...this.cards.values());
    const moment = moments.find((one) => one.id === opened);
    if (playing) this.place(playing);
    else if (moment) this.open(moment, { autoplay: false });
  }

  card(moment) {
    const picture = make("img", { src: moment.thumbnail, alt: moment.alt, loading: "lazy", decoding: "async" });
    picture.onerror = () => picture.replaceWith(make("span", { className: "missing" }, "No picture: moved or changed"));
    const frame = make("span", { className: "frame" }, picture);
    const card = make("button", { type: "button", className: "card" }, frame);
    if (moment.sentence) {
      card.append(make("span", { className: "sentence" }, moment.sentence));
      card.setAttribute("aria-label", `Search for ${moment.sentence}`);
      card.onclick = () => this.tell("example", moment.sentence);
      return make("li", {}, card);
    }
    frame.append(make("span", { className: "at" }, moment.at));
    const score = make("span", { className: "score", title: moment.why }, moment.score);
    card.append(make("span", { className: "line" }, make("span", { className: "name" }, moment.name), score),
      make("span", { className: "folder" }, moment.folder));
    card.setAttribute("aria-expanded", "false");
    card.setAttribute("aria-label", `Play ${moment.name} at ${moment.at}. ${moment.why}: ${moment.score}`);
    card.onclick = () => (this.player && this.player.moment.id === moment.id ? this.dismiss() : this.choose(moment));
    return make("li", {}, card);
  }

  choose(moment) {
    this.open(moment, { autoplay: true });
    this.tell("opened", { v: moment.v, t: moment.t });
  }

  open(moment, { autoplay }) {
    this.close();
    const same = this.moments.filter((one) => one.v === moment.v && !one.pinned);
    this.place(new Player(moment, same, this, autoplay));
    const quiet = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.player.item.scrollIntoView({ block: "nearest", behavior: quiet ? "auto" : "smooth" });
    if (autoplay) this.player.video.focus({ preventScroll: true });
  }

  place(player) {
    this.player = player;
    const card = this.cards.get(player.moment.id);
    if (card) card.after(player.item);
    else this.grid.prepend(player.item);
    if (card) card.firstChild.setAttribute("aria-expanded", "true");
  }

  close() {
    if (!this.player) return;
    const card = this.cards.get(this.player.moment.id);
    if (card) card.firstChild.setAttribute("aria-expanded", "false");
    this.player.end();
    this.player = null;
  }

  dismiss() {
    const card = this.cards.get(this.player.moment.id);
    this.close();
    if (card) card.firstChild.focus();
    this.tell("opened", null);
  }
}

class Player {
  constructor(moment, same, view, autoplay) {
    this.moment = moment;
    this.view = view;
    this.video = make("video", {
      controls: true, playsInline: true, autoplay, preload: "metadata", poster: moment.thumbnail,
      src: `${moment.stream}#t=${moment.t}`,
    });
    this.video.setAttribute("aria-label", `${moment.name}, from ${moment.at}`);
    this.video.onerror = () => this.cannotPlay();
    // A film whose pictures can't be decoded may still play its sound.
    this.video.onloadedmetadata = () => (this.video.videoWidth ? this.mark(same) : this.cannotPlay());
    this.screen = make("div", { className: "screen" }, this.video);
    this.hill = make("div", { className: "hill" });
    this.track = make("div", { className: "track" });
    this.facts = make("p", { className: "facts" }, moment.path);
    this.notice = make("p", { className: "notice", hidden: true });
    this.notice.setAttribute("role", "status");
    this.item = make("li", { className: "player" }, make("div", { className: "stage" }, this.screen, this.hill, this.track),
      make("div", { className: "about" }, make("h3", {}, moment.name), make("p", { className: "span" }, moment.span),
        this.facts, this.notice, this.buttons()));
  }

  buttons() {
    const { moment, view } = this;
    const copy = button("Copy link", async () => {
      const link = new URL(location.href);
      link.searchParams.set("v", moment.v);
      link.searchParams.set("t", moment.t);
      copy.textContent = await copied(link.href) ? "Link copied" : "Copy the address bar";
    });
    const alike = button("More like this", () => view.tell("alike", { v: moment.v, start: moment.start, end: moment.end }));
    return make("div", { className: "buttons" }, copy, alike, button("Close", () => view.dismiss()));
  }

  // Where the moments of this video lie within it.
  mark(same) {
    const length = this.video.duration;
    if (!isFinite(length) || !same.length) return;
    this.track.replaceChildren(...same.map((one) => {
      const mark = button("", () => { this.video.currentTime = one.t; this.video.play(); });
      mark.className = one.id === this.moment.id ? "mark now" : "mark";
      mark.title = one.span;
      mark.setAttribute("aria-label", `Go to ${one.at}`);
      mark.style.left = `${(100 * one.start) / length}%`;
      mark.style.width = `${(100 * (one.end - one.start)) / length}%`;
      return mark;
    }));
  }

  // How well the query fits over the whole video; a click goes there.
  draw(curve) {
    if (this.strip || this.heat || curve.length < 2) return;
    const line = curve.map(([x, y]) => `${(1000 * x).toFixed(1)},${(100 - 92 * Math.min(Math.max(y, 0), 1)).toFixed(1)}`);
    const area = document.createElementNS("http://www.w3.org/2000/svg", "polygon");
    area.setAttribute("points", [`${1000 * curve[0][0]},100`, ...line, `${1000 * curve.at(-1)[0]},100`].join(" "));
    this.heat = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    this.heat.setAttribute("viewBox", "0 0 1000 100");
    this.heat.setAttribute("preserveAspectRatio", "none");
    this.heat.setAttribute("class", "heat");
    this.heat.setAttribute("role", "img");
    this.heat.setAttribute("aria-label", "How well the query fits, over the whole video");
    this.heat.append(area);
    this.heat.onclick = ({ clientX }) => {
      const { left, width } = this.heat.getBoundingClientRect();
      this.video.currentTime = (this.video.duration * (clientX - left)) / width;
      this.video.play();
    };
    this.hill.append(this.heat);
  }

  // What the page learned of the file meanwhile.
  tell({ facts, codec, problem, curve }) {
    if (!problem) this.draw(curve);
    if (facts) this.facts.textContent = facts;
    this.codec = codec;
    if (problem) this.say(problem);
    else if (this.strip) this.say(this.reason());
    if (problem) this.screen.replaceChildren(make("span", { className: "missing" }, "This file can't be shown"));
    this.gone = Boolean(problem);
  }

  say(text) {
    this.notice.textContent = text;
    this.notice.hidden = false;
  }

  reason() {
    const which = this.codec ? ` (${this.codec})` : "";
    return `This browser can't play the video's format${which}. These are frames of the moment.`;
  }

  cannotPlay() {
    if (this.gone || this.strip) return;
    const { start, end, t, thumbnail, name } = this.moment;
    const large = make("img", { src: thumbnail, alt: `${name} at ${clock(t)}`, className: "large" });
    const last = Math.max(end, start + 1);
    const times = Array.from({ length: 8 }, (_, i) => start + ((i + 0.5) * (last - start)) / 8);
    this.strip = make("div", { className: "strip" }, ...times.map((time) => {
      const source = at(thumbnail, time);
      const small = make("img", { src: source, alt: "", loading: "lazy" });
      const choose = button("", () => { large.src = source; large.alt = `${name} at ${clock(time)}`; });
      choose.append(small);
      choose.setAttribute("aria-label", `Frame at ${clock(time)}`);
      return choose;
    }));
    this.screen.replaceChildren(large);
    this.hill.remove();
    this.track.replaceChildren(this.strip);
    this.track.className = "";
    this.say(this.reason());
  }

  end() {
    this.video.pause();
    this.video.onerror = null;
    this.video.removeAttribute("src");
    this.video.load();
    this.item.remove();
  }
}

function make(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

function button(text, onclick) {
  return make("button", { type: "button", onclick }, text);
}

function at(thumbnail, seconds) {
  const url = new URL(thumbnail);
  url.searchParams.set("t", seconds.toFixed(3));
  return url.href;
}

function clock(seconds) {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

// Browsers offer the clipboard to secure pages only.
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
