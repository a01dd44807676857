// A video that comes in parts, for a browser that can't play its file: each part is fetched when the player nears it,
// and laid at its place in time.

import { withParameters } from "../shared/dom.js";

export class Copy {
  constructor(video, { url, part_s, duration_s, has_audio }, start_s, { ready, failed }) {
    Object.assign(this, { video, url, part_s, duration_s, ready, failed });
    this.stop = new AbortController();
    this.media = new MediaSource();
    this.media.onsourceopen = () => this.begin(`video/mp4; codecs="avc1.4d401f${has_audio ? ",mp4a.40.2" : ""}"`, start_s);
    this.address = URL.createObjectURL(this.media);
    this.fills = () => this.fill();
    for (const name of ["timeupdate", "seeking"]) video.addEventListener(name, this.fills);
    video.src = this.address;
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
    const answer = await fetch(withParameters(this.url, { part }), { signal: this.stop.signal });
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
    for (const name of ["timeupdate", "seeking"]) this.video.removeEventListener(name, this.fills);
    URL.revokeObjectURL(this.address);
  }
}
