const NEAR_END_PX = 48;
// A glide over more than this is a blur.
const FAR_SCREENS = 3;

/** Holds the reading position of a scroller while its content changes above or below. */
export class ScrollKeeper {
  /** Whether the newest line is in view and shall stay so. */
  isAtEnd = true;
  #scroller;
  #content;

  constructor(scroller, content, onMove) {
    this.#scroller = scroller;
    this.#content = content;
    scroller.addEventListener("scroll", () => {
      this.isAtEnd = this.#distanceToEnd() < NEAR_END_PX;
      onMove();
    }, { passive: true });
    // The on-screen keyboard and a growing composer make the scroller smaller.
    new ResizeObserver(() => this.isAtEnd && this.toEnd()).observe(scroller);
  }

  /** Runs `change`; afterwards the end is still in view, or else the first visible line has not moved. */
  during(change) {
    const anchor = this.isAtEnd ? null : this.#firstVisible();
    const before = anchor && anchor.element.getBoundingClientRect().top;
    change();
    if (this.isAtEnd) return this.toEnd();
    const element = anchor?.find();
    if (element) this.#scroller.scrollTop += element.getBoundingClientRect().top - before;
  }

  /** Goes to the newest line. */
  toEnd({ isSmooth = false } = {}) {
    const isNear = this.#distanceToEnd() < FAR_SCREENS * this.#scroller.clientHeight;
    this.isAtEnd = true;
    this.#scroller.scrollTo({ top: this.#scroller.scrollHeight, behavior: isSmooth && isNear ? "smooth" : "instant" });
  }

  /** How far the reader is from the oldest line. */
  get distanceToStart() {
    return this.#scroller.scrollTop;
  }

  /** Whether any of an element is in view. */
  shows(element) {
    const [view, box] = [this.#scroller.getBoundingClientRect(), element.getBoundingClientRect()];
    return box.bottom > view.top && box.top < view.bottom;
  }

  /** The seq of the first line in view, or NaN. */
  get firstVisibleSeq() {
    return Number(this.#firstVisible()?.element.dataset.seq);
  }

  #distanceToEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    return scrollHeight - scrollTop - clientHeight;
  }

  #firstVisible() {
    const top = this.#scroller.getBoundingClientRect().top;
    const element = [...this.#content.querySelectorAll("[data-seq]")].find((line) => line.getBoundingClientRect().bottom > top);
    if (!element) return null;
    const { seq } = element.dataset;
    // A line may be drawn anew, so it is found again by its seq.
    return { element, find: () => this.#content.querySelector(`[data-seq="${seq}"]`) };
  }
}
