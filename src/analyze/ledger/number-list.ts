/** A growing list of doubles, 8 bytes each: latencies of a million requests stay small. */
export class NumberList {
  #values = new Float64Array(1024);
  #length = 0;

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = new Float64Array(this.#length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length] = value;
    this.#length += 1;
  }

  /** In the order in which they were pushed; valid until the next push. */
  values(): Float64Array {
    return this.#values.subarray(0, this.#length);
  }

  /** A sorted copy. */
  sorted(): Float64Array {
    return this.#values.slice(0, this.#length).sort();
  }
}
