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
    this.verdicts = data.verdicts;
    // A thumb changes a button, not the grid.
    const shown = JSON.stringify([data.moments, data.label, Boolean(data.verdicts)]);
    if (shown !== this.shown) {
      this.shown = shown;
      this.show(data);
    }
    for (const thumbs of this.grid.querySelectorAll(".thumbs")) press(thumbs, this.verdicts[thumbs.dataset.id]);
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
    return make("li", {}, card, ...(this.verdicts ? [this.thumbs(moment)] : []));
  }

  thumbs(moment) {
    const both = make("span", { className: "thumbs" });
    both.dataset.id = moment.id;
    for (const [relevant, says] of [[true, "Fits"], [false, "Doesn’t fit"]]) {
      const thumb = button("", () => {
        const given = thumb.getAttribute("aria-pressed") === "true" ? null : relevant;
        press(both, given ?? undefined);
        this.tell("judged", { v: moment.v, start: moment.start, end: moment.end, relevant: given });
      });
      thumb.title = says;
      thumb.setAttribute("aria-label", `${says}: ${moment.name} at ${moment.at}`);
      thumb.append(hand(relevant));
      both.append(thumb);
    }
    return both;
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
    const alike = button("More like this", () => {
      view.tell("alike", { v: moment.v, start: moment.start, end: moment.end });
      document.querySelector("[data-testid=stMain]")?.scrollTo({ top: 0 });
    });
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
    const area = svg("polygon", { points: [`${1000 * curve[0][0]},100`, ...line, `${1000 * curve.at(-1)[0]},100`].join(" ") });
    this.heat = svg("svg", {
      viewBox: "0 0 1000 100", preserveAspectRatio: "none", class: "heat", role: "img",
      "aria-label": "How well the query fits, over the whole video",
    });
    this.heat.append(area);
    this.heat.onclick = ({ clientX }) => {
      const { left, width } = this.heat.getBoundingClientRect();
      this.video.currentTime = (this.video.duration * (clientX - left)) / width;
      this.video.play();
    };
    this.hill.append(this.heat);
  }

  // What the page learned of the file meanwhile.
  tell({ facts, codec, problem, curve, copy }) {
    if (!problem) this.draw(curve);
    if (facts) this.facts.textContent = facts;
    this.codec = codec;
    if (problem) this.say(problem);
    else if (this.strip) this.say(this.reason());
    if (problem) this.screen.replaceChildren(make("span", { className: "missing" }, "This file can't be shown"));
    this.gone = Boolean(problem);
    this.source = copy;
    if (this.unplayable) this.playCopy();
  }

  say(text) {
    this.notice.textContent = text;
    this.notice.hidden = false;
  }

  reason() {
    const which = this.codec ? ` (${this.codec})` : "";
    return `This browser can't play the video's format${which}. These are frames of the moment.`;
  }

  // A copy may play where the file does not; the page says where there is one.
  cannotPlay() {
    if (this.copy) this.showFrames();
    this.unplayable = true;
    this.playCopy();
  }

  playCopy() {
    if (this.gone || this.copy || this.strip || !this.source) return;
    if (!window.MediaSource) {
      this.showFrames();
      return;
    }
    this.say(`This browser can't play the video's format (${this.codec}). Making a copy that it can play…`);
    this.copy = new Copy(this.video, this.source, this.moment.t, {
      ready: () => this.say(`A smaller copy plays, since this browser can't play the video's format (${this.codec}).`),
      failed: () => this.showFrames(),
    });
  }

  showFrames() {
    if (this.gone || this.strip) return;
    this.copy?.end();
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
    this.copy?.end();
    this.video.onerror = null;
    this.video.removeAttribute("src");
    this.video.load();
    this.item.remove();
  }
}

// A video that comes in parts: each is fetched when the player nears it, and laid at its place in time.
class Copy {
  constructor(video, { url, part_s, duration_s, has_audio }, start_s, { ready, failed }) {
    Object.assign(this, { video, url, part_s, duration_s, ready, failed });
    this.stop = new AbortController();
    this.media = new MediaSource();
    this.media.onsourceopen = () => this.begin(`video/mp4; codecs="avc1.4d401f${has_audio ? ",mp4a.40.2" : ""}"`, start_s);
    this.address = URL.createObjectURL(this.media);
    video.src = this.address;
    video.ontimeupdate = video.onseeking = () => this.fill();
  }

  begin(type, start_s) {
    if (this.buffer || this.stop.signal.aborted) return;
    this.buffer = this.media.addSourceBuffer(type);
    this.media.duration = this.duration_s;
    this.buffer.appendWindowEnd = this.duration_s;
    this.video.currentTime = start_s;
    this.fill();
  }

  async fill() {
    const part = this.missing();
    if (this.busy || part === undefined) return;
    this.busy = true;
    try {
      await this.append(part, await this.fetched(part));
      this.ready();
      if ((part + 1) * this.part_s >= this.duration_s) this.media.endOfStream();
    } catch {
      if (!this.stop.signal.aborted) this.failed();
      return;
    } finally {
      this.busy = false;
    }
    this.fill();
  }

  // Of the part that plays and the two after it, the first that is not there.
  missing() {
    if (!this.buffer) return undefined;
    const playing = Math.floor(this.video.currentTime / this.part_s);
    return [playing, playing + 1, playing + 2].find((part) => part * this.part_s < this.duration_s && !this.has(part));
  }

  has(part) {
    const { buffered } = this.buffer;
    const begins_s = part * this.part_s + 0.01;
    for (let i = 0; i < buffered.length; i++) {
      if (buffered.start(i) <= begins_s && begins_s < buffered.end(i)) return true;
    }
    return false;
  }

  async fetched(part) {
    const url = new URL(this.url);
    url.searchParams.set("part", part);
    const answer = await fetch(url, { signal: this.stop.signal });
    if (!answer.ok) throw new Error(answer.statusText);
    return answer.arrayBuffer();
  }

  append(part, bytes) {
    return new Promise((done, failed) => {
      this.buffer.onerror = failed;
      this.buffer.onupdateend = done;
      this.buffer.timestampOffset = part * this.part_s;
      this.buffer.appendBuffer(bytes);
    });
  }

  end() {
    this.stop.abort();
    this.video.ontimeupdate = this.video.onseeking = null;
    URL.revokeObjectURL(this.address);
  }
}

function press(thumbs, relevant) {
  const [fits, not] = thumbs.children;
  fits.setAttribute("aria-pressed", relevant === true);
  not.setAttribute("aria-pressed", relevant === false);
}

function hand(up) {
  const drawing = svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true", class: up ? "hand" : "hand down" });
  drawing.append(svg("path", { d: "M8 20V10.5l4-7c1.7 0 2.6 1.2 2.3 2.8L13.6 10h5.1c1.3 0 2.2 1.1 2 2.4l-1.1 5.8A2.2 2.2 0 0 1 17.4 20zM3.5 10.5H8V20H3.5z" }));
  return drawing;
}

function svg(tag, attributes) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
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
