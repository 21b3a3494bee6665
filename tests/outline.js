// What a page consists of, for those who don't see it: a line for each part, without what is different each time.
(() => {
  const LANDMARKS = new Set(["HEADER", "NAV", "MAIN", "ASIDE", "DIALOG", "FORM", "SECTION", "OL", "UL"]);
  const FIELDS = new Set(["INPUT", "SELECT", "TEXTAREA"]);
  const WORDS = new Set([
    "BUTTON", "H1", "H2", "H3", "H4", "P", "SUMMARY", "METER", "STRONG", "LABEL", "TIME", "A", "LI", "TH", "TD", "CODE", "DIV", "SPAN",
  ]);
  const ALWAYS_DIFFERENT = [
    [/\d+(\.\d+)? (ms|s|min)( \d+ s)?\b/g, "N s"],
    [/\d+:\d+:\d+( [AP]M)?/g, "TIME"],
    [/\b[0-9a-f]{8}\b/g, "REFERENCE"],
  ];

  const ownText = (node) =>
    [...node.childNodes].filter((each) => each.nodeType === Node.TEXT_NODE).map((each) => each.data.trim()).filter(Boolean).join(" ");

  function wordsOf(node) {
    const text = (node.getAttribute("aria-label") ?? ownText(node)).replace(/\s+/g, " ");
    return ALWAYS_DIFFERENT.reduce((words, [pattern, instead]) => words.replace(pattern, instead), text);
  }

  function line(node, depth) {
    const words = wordsOf(node);
    const tag = node.tagName;
    if (!LANDMARKS.has(tag) && !FIELDS.has(tag) && !(WORDS.has(tag) && words !== "")) return null;
    const role = node.getAttribute("role") ?? tag.toLowerCase();
    return "  ".repeat(depth) + [role, words, node.disabled && "(disabled)"].filter(Boolean).join(" ");
  }

  function inside(node) {
    if (node.tagName === "SELECT" || node.tagName === "DATALIST") return [];
    if (node.tagName === "DETAILS" && !node.open) return [...node.children].filter((each) => each.tagName === "SUMMARY");
    return [...node.children];
  }

  function walk(node, depth) {
    if (node.hidden || (node.tagName === "DIALOG" && !node.open)) return [];
    const own = line(node, depth);
    const below = inside(node).flatMap((each) => walk(each, own === null ? depth : depth + 1));
    return own === null ? below : [own, ...below];
  }

  return walk(document.body, 0).join("\n") + "\n";
})()
