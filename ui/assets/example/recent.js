// The last pictures that were given, in this browser only.

const KEY = "sceneseek.pictures";
const KEPT = 6;

export function kept() {
  try {
    const all = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(all) ? all.filter((one) => typeof one?.name === "string" && /^data:image\/jpeg;/.test(one.picture)) : [];
  } catch {
    return [];
  }
}

export function keep(picture) {
  try {
    const others = kept().filter((one) => one.picture !== picture.picture);
    localStorage.setItem(KEY, JSON.stringify([picture, ...others].slice(0, KEPT)));
  } catch {
    // Then it is not offered again.
  }
}
