const LONGEST = 60;

// The first that fits: most browsers also claim to be others.
const BROWSERS = [
  [/\bEdg(?:e|A|iOS)?\//, "Edge"],
  [/\b(?:OPR|OPT|Opera)\//, "Opera"],
  [/\bSamsungBrowser\//, "Samsung Internet"],
  [/\bVivaldi\//, "Vivaldi"],
  [/\b(?:Firefox|FxiOS)\//, "Firefox"],
  [/\b(?:Chrome|HeadlessChrome|Chromium|CriOS)\//, "Chrome"],
  [/\bVersion\/\S+ (?:Mobile\/\S+ )?Safari\//, "Safari"],
];

const SYSTEMS = [
  [/\bAndroid\b/, "Android"],
  [/\biPhone\b/, "iPhone"],
  [/\biPad\b/, "iPad"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\bWindows\b/, "Windows"],
  [/\bMac OS X\b/, "macOS"],
  [/\bLinux\b/, "Linux"],
];

/** What people call the device behind a `User-Agent`; of one that is not known, the beginning of what it says itself. */
export function deviceName(userAgent, text) {
  const browser = nameIn(BROWSERS, userAgent);
  const system = nameIn(SYSTEMS, userAgent);
  if (browser && system) return text.of("deviceOn", { browser, system });
  return browser ?? (cut(userAgent) || text.of("unknownDevice"));
}

function nameIn(table, userAgent) {
  return table.find(([pattern]) => pattern.test(userAgent))?.[1];
}

// Anybody can write anything there: what is invisible, or turns the direction of writing, is left out.
function cut(line) {
  const characters = [...line.replace(/\p{C}/gu, "").trim()];
  return characters.length > LONGEST ? `${characters.slice(0, LONGEST).join("")}…` : characters.join("");
}
