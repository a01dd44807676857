// What is said or shown: a line with what was asked for in it, on a card and beside the player.

import { make } from "../shared/dom.js";

// So much of a line comes before what was asked for, where only a part of it can be seen.
const BEFORE = 28;

// The service counts characters, of which a browser takes some for two.
export function marked(text, marks) {
  const characters = [...text];
  const parts = [];
  let at = 0;
  for (const [start, end] of marks) {
    parts.push(characters.slice(at, start).join(""), make("mark", {}, characters.slice(start, end).join("")));
    at = end;
  }
  return [...parts, characters.slice(at).join("")];
}

export function toldLine({ says, text, marks }) {
  const short = begun(text, marks);
  const line = make("span", { className: "told" }, make("span", { className: "by" }, says), " ");
  const words = make("q", {}, ...marked(short.text, short.marks));
  words.dir = "auto";
  line.append(words);
  return line;
}

// A line that begins near the first thing that was asked for.
function begun(text, marks) {
  const first = marks[0]?.[0] ?? 0;
  if (first <= BEFORE) return { text, marks };
  const characters = [...text];
  const space = characters.indexOf(" ", first - BEFORE);
  const from = space >= 0 && space < first ? space + 1 : first;
  return { text: `…${characters.slice(from).join("")}`, marks: marks.map(([start, end]) => [start - from + 1, end - from + 1]) };
}
