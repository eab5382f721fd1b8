// Markdown as nodes. Text only ever becomes text nodes, so nothing that a model writes can run.

/** A node with a class and children. */
export function element(name, className, ...children) {
  const node = document.createElement(name);
  if (className) node.className = className;
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

const inlinePattern = /(`+)([\s\S]+?)\1|\*\*([^*]+?)\*\*|\*([^*\s][^*]*?)\*|\[([^\]]+)\]\(([^()\s]+)\)/;

function inline(text) {
  const nodes = [];
  let rest = text;
  for (let match; (match = inlinePattern.exec(rest)); rest = rest.slice(match.index + match[0].length)) {
    nodes.push(rest.slice(0, match.index));
    if (match[2]) nodes.push(element("code", "", match[2].trim()));
    else if (match[3]) nodes.push(element("strong", "", ...inline(match[3])));
    else if (match[4]) nodes.push(element("em", "", ...inline(match[4])));
    else nodes.push(link(match[5], match[6]));
  }
  nodes.push(rest);
  return nodes;
}

/** A link shows where it leads; what is no plain web or mail address stays text. */
function link(text, address) {
  let url;
  try { url = new URL(address); } catch { return `${text} (${address})`; }
  if (!["https:", "http:", "mailto:"].includes(url.protocol)) return `${text} (${address})`;
  const node = element("a", "", text);
  node.href = url.href;
  node.rel = "noopener noreferrer nofollow";
  node.target = "_blank";
  node.title = url.href;
  return node;
}

/** The blocks of a text. */
export function markdown(text) {
  const nodes = [];
  const lines = text.split("\n");
  for (let i = 0; i < lines.length;) {
    const line = lines[i];
    const fence = /^\s*(```+|~~~+)/.exec(line);
    if (fence) {
      const body = [];
      for (i++; i < lines.length && !lines[i].trim().startsWith(fence[1]); i++) body.push(lines[i]);
      i++;
      const block = element("pre", "", element("code", "", body.join("\n")));
      block.tabIndex = 0;
      nodes.push(block);
      continue;
    }
    const heading = /^(#{1,6})\s+(.*)$/.exec(line);
    if (heading) {
      nodes.push(element(`h${Math.min(heading[1].length + 2, 5)}`, "", ...inline(heading[2])));
      i++;
      continue;
    }
    const item = /^\s*([-*+]|\d{1,9}[.)])\s+/;
    if (item.test(line)) {
      const isOrdered = /\d/.test(item.exec(line)[1]);
      const list = element(isOrdered ? "ol" : "ul", "");
      if (isOrdered) list.start = Number.parseInt(item.exec(line)[1], 10);
      for (; i < lines.length && item.test(lines[i]); i++) list.append(element("li", "", ...inline(lines[i].replace(item, ""))));
      nodes.push(list);
      continue;
    }
    if (/^\s*>/.test(line)) {
      const body = [];
      for (; i < lines.length && /^\s*>/.test(lines[i]); i++) body.push(lines[i].replace(/^\s*>\s?/, ""));
      nodes.push(element("blockquote", "", ...inline(body.join("\n"))));
      continue;
    }
    if (line.trim() === "") { i++; continue; }
    const body = [];
    for (; i < lines.length && lines[i].trim() !== "" && !/^\s*(```|~~~|#{1,6}\s|>)/.test(lines[i]) && !(body.length && item.test(lines[i])); i++) body.push(lines[i]);
    if (!body.length) { body.push(line); i++; }
    const paragraph = element("p", "");
    body.forEach((part, number) => paragraph.append(...(number ? [element("br", "")] : []), ...inline(part)));
    nodes.push(paragraph);
  }
  return nodes;
}
