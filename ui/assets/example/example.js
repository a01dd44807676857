// A picture or a short video to search by: chosen, pasted or dropped anywhere on the page, or one of those given before.
// Pictures are made small here, so that little is sent; a video goes as it is.

import { button, make } from "../shared/dom.js";
import { Kept } from "../shared/kept.js";
import { mounted } from "../shared/mounted.js";

const LONGEST = 640;
const MOST_BYTES = 10e6;
const pictures = new Kept("pictures", 6, (one) => typeof one?.name === "string" && /^data:image\/jpeg;/.test(one.picture));

class Example {
  constructor(root) {
    this.stop = new AbortController();
    this.choose = make("input", { type: "file", hidden: true });
    this.choose.onchange = () => this.take(this.choose.files[0]);
    this.choose.setAttribute("aria-label", "Picture or video");
    this.recent = make("div", { className: "recent" });
    this.said = make("p", { className: "said", hidden: true });
    this.said.setAttribute("role", "alert");
    this.menu = make("div", { className: "menu", popover: "auto" },
      make("p", {}, "Find moments that look like a picture or a short video. With words in the box, both count."),
      button("Choose a file", () => this.choose.click(), { className: "file" }),
      make("p", { className: "quiet" }, "Or paste one, or drop it anywhere on the page."), this.said, this.recent);
    this.menu.addEventListener("toggle", (event) => event.newState === "open" && this.opened());
    const forget = () => (this.said.hidden = true);
    this.opener = button("Picture or video", forget, { className: "opener", popoverTargetElement: this.menu });
    root.replaceChildren(this.opener, this.choose, this.menu);
    this.listen();
  }

  update({ types }) {
    this.choose.accept = types.join(",");
  }

  listen() {
    const { signal } = this.stop;
    document.addEventListener("paste", (event) => {
      const file = [...(event.clipboardData?.files ?? [])][0];
      if (file) this.take(file);
    }, { signal });
    document.addEventListener("dragover", (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      this.opener.classList.add("dropping");
    }, { signal });
    document.addEventListener("dragleave", () => this.opener.classList.remove("dropping"), { signal });
    document.addEventListener("drop", (event) => {
      this.opener.classList.remove("dropping");
      const file = event.dataTransfer?.files[0];
      if (!file) return;
      event.preventDefault();
      this.take(file);
    }, { signal });
  }

  opened() {
    const { right, bottom } = this.opener.getBoundingClientRect();
    this.menu.style.top = `${bottom + 6}px`;
    this.menu.style.left = `${Math.max(Math.min(right, innerWidth - 12) - this.menu.offsetWidth, 12)}px`;
    const rows = pictures.all().map((one) => {
      const again = button(make("img", { src: one.picture, alt: "" }), () => this.give(one));
      again.setAttribute("aria-label", `${one.name} again`);
      again.title = one.name;
      return again;
    });
    this.recent.replaceChildren(...rows);
  }

  async take(file) {
    if (!file) return;
    this.choose.value = "";
    if (file.size > MOST_BYTES && !file.type.startsWith("image/")) {
      this.say(`${file.name} is larger than 10 MB. Cut out the few seconds that matter.`);
      return;
    }
    try {
      const picture = await small(file);
      pictures.add({ name: file.name, picture }, (other) => other.picture === picture);
      this.give({ name: file.name, picture });
    } catch {
      // What this browser can't draw the service may still read.
      if (file.size > MOST_BYTES) this.say(`${file.name} is larger than 10 MB.`);
      else this.give({ name: file.name, picture: await read(file) });
    }
  }

  give({ name, picture }) {
    if (this.menu.matches(":popover-open")) this.menu.hidePopover();
    this.tell("given", { name, data: picture.slice(picture.indexOf(",") + 1) });
  }

  say(text) {
    if (!this.menu.matches(":popover-open")) this.menu.showPopover();
    this.said.textContent = text;
    this.said.hidden = false;
  }

  end() {
    this.stop.abort();
  }
}

// As a data address, no longer than a tower can use; rejects what is no picture.
async function small(file) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const share = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const canvas = make("canvas", { width: Math.max(Math.round(picture.width * share), 1), height: Math.max(Math.round(picture.height * share), 1) });
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return canvas.toDataURL("image/jpeg", 0.9);
}

function read(file) {
  return new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result);
    reader.onerror = failed;
    reader.readAsDataURL(file);
  });
}

export default mounted("example", Example);
