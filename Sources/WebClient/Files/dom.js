/**
 * Makes an element. A member of `properties` is a listener (`onclick`), a data set (`dataset`), a property of the
 * element, or else an attribute. Children are nodes or text; null ones are left out.
 */
export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === null || value === undefined) continue;
    if (key === "dataset") Object.assign(made.dataset, value);
    else if (key in made) made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

/** An icon drawn by the style sheet; invisible to assistive technology. */
export function icon(name) {
  return element("span", { className: `icon icon-${name}`, ariaHidden: "true" });
}
