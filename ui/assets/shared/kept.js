// A short list that this browser keeps, and nobody else. It may keep nothing, or hold what another page put there.

export class Kept {
  constructor(name, most, isOne) {
    Object.assign(this, { name: `sceneseek.${name}`, most, isOne });
  }

  all() {
    try {
      const kept = JSON.parse(localStorage.getItem(this.name) ?? "[]");
      return Array.isArray(kept) ? kept.filter(this.isOne) : [];
    } catch {
      return [];
    }
  }

  // Before the others, and without those that are the same.
  add(one, isSame) {
    this.store([one, ...this.all().filter((other) => !isSame(other))].slice(0, this.most));
  }

  forget() {
    this.store([]);
  }

  store(all) {
    try {
      localStorage.setItem(this.name, JSON.stringify(all));
    } catch {
      // Then nothing is offered again.
    }
  }
}
